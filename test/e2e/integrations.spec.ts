import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
// eslint-disable-next-line no-restricted-imports -- what specs of the lib call is what a suite calls
import { type HttpTarget, startHttpTarget } from '../../libs/egress/spec/http-target.js';
import { type HttpsTarget, startHttpsTarget } from '../support/https-target.js';
import { eventually } from '../support/eventually.js';
import { SuiteJobs } from '../support/suite-jobs.js';
import { testEnvironment } from '../support/test-environment.js';
import { startSuite, type TestSuite } from '../support/test-suite.js';

jest.setTimeout(60_000);

const QUEUE = '/v1/queues/integrations';
const TOKEN = 'canary-token-of-the-shop';

describe('integrations', () => {
  let target: HttpTarget;
  let secure: HttpsTarget;
  let suite: TestSuite;
  let jobs: SuiteJobs;

  beforeAll(async () => {
    target = await startHttpTarget();
    secure = await startHttpsTarget(({ url = '' }, response) => {
      if (url === '/to-http') response.writeHead(302, { location: target.url }).end();
      else response.setHeader('content-type', 'text/plain').end(`seen ${url}`);
    });
    const authority = join(testEnvironment().folder, 'authority.pem');
    await writeFile(authority, secure.certificate);
    const connections = join(testEnvironment().folder, 'connections.json');
    const auth = { type: 'api-key', header: 'x-shop-key', key: { env: 'SHOP_KEY' } };
    const shop = { baseUrl: target.url, auth };
    // One failure opens it.
    const breaker = { failureShare: 0.01, leastCalls: 1, open: '4s' };
    const frail = { baseUrl: `${target.url}/frail`, breaker };
    await writeFile(connections, JSON.stringify({ connections: { shop, frail } }));
    const trust = { EGRESS_ALLOW: `${target.pair},${secure.pair}`, NODE_EXTRA_CA_CERTS: authority };
    const env = { ...trust, CONNECTIONS_FILE: connections, SHOP_KEY: TOKEN };
    suite = await startSuite({ apps: ['integrations'], env });
    jobs = new SuiteJobs(suite);
  });
  afterAll(async () => {
    await suite.stop();
    await Promise.all([target.stop(), secure.stop()]);
  });

  const call = (payload: object, options = {}): ReturnType<SuiteJobs['enqueue']> =>
    jobs.enqueue('integrations.call-api', payload, options);

  it('wait as long as a host asks for, at no charge, and call again under the same key', async () => {
    const before = target.seen.length;
    target.answer((_request, response) => {
      const first = target.seen.length === before + 1;
      response.writeHead(first ? 429 : 200, first ? { 'retry-after': '1' } : { 'content-type': 'application/json' });
      response.end(first ? '' : '{"ok":true}');
    });
    const done = await jobs.completed((await call({ method: 'POST', url: target.url, body: { n: 1 } })).id);
    expect(done).toMatchObject({ attempt: 1, result: { status: 200, body: { ok: true } } });
    expect((await jobs.attempts(done.id)).map(({ outcome }) => outcome)).toEqual(['snoozed', 'completed']);
    expect(target.seen.slice(before).map(({ headers }) => headers['idempotency-key'])).toEqual([done.id, done.id]);
  });

  it('call by https whom a certificate vouches for', async () => {
    const done = await jobs.completed((await call({ url: `${secure.url}/order` })).id);
    expect(done.result).toMatchObject({ status: 200, body: 'seen /order' });
  });

  it('follow no redirect from https to http', async () => {
    const before = target.seen.length;
    const failed = await jobs.failed((await call({ url: `${secure.url}/to-http` })).id);
    expect(failed.error).toMatchObject({ code: 'egress_refused', permanent: true });
    expect(target.seen).toHaveLength(before);
  });

  it('fetch a file into the storage, where a signed link opens it', async () => {
    target.answer((_request, response) => void response.setHeader('content-type', 'text/csv').end('a;b'));
    const { id } = await jobs.enqueue('integrations.fetch-file', { url: `${target.url}/prices.csv` });
    const { file } = (await jobs.completed(id)).result as { file: { url: string } };
    expect(file).toMatchObject({ filename: 'prices.csv', contentType: 'text/csv', size: 3 });
    expect(await (await fetch(file.url)).text()).toBe('a;b');
  });

  it('call back when a job has ended, signed with the secret that the gateway shows', async () => {
    target.answer((_request, response) => void response.end());
    const callbackUrl = `${target.url}/callback`;
    const done = await jobs.completed((await call({ url: `${target.url}/work` }, { callbackUrl })).id);
    const { body, headers } = await eventually('callback', () => target.seen.find(({ url }) => url === '/callback'));
    const { secret } = (await suite.api<{ secret: string }>('GET', '/v1/webhook-secret')).body;
    expect(new Webhook(secret).verify(body, headers as Record<string, string>)).toMatchObject({
      ...{ type: 'job.completed', timestamp: expect.any(String) },
      data: { id: done.id, status: 'completed', result: { status: 200 } },
    });
  });

  it('tell an endpoint of the ends of jobs, signed with its secret, until its receiver is gone', async () => {
    target.answer((_request, response) => void response.writeHead(200).end('thanks'));
    const wishes = { url: `${target.url}/endpoint`, events: 'job.completed', tasks: ['integrations.call-api'] };
    const made = await suite.api<{ id: string; secret: string }>('POST', '/v1/webhook-endpoints', wishes);
    const { id, secret } = made.body;
    const done = await jobs.completed((await call({ url: `${target.url}/work` })).id);
    const { body, headers } = await eventually('webhook', () => target.seen.find(({ url }) => url === '/endpoint'));
    expect(new Webhook(secret).verify(body, headers as Record<string, string>)).toMatchObject({
      ...{ type: 'job.completed', data: { id: done.id, status: 'completed' } },
    });
    const deliveries = async (): Promise<readonly { id: string; status: string }[]> =>
      (await suite.api<{ data: { id: string; status: string }[] }>('GET', `/v1/webhook-endpoints/${id}/deliveries`))
        .body.data;
    const over = await eventually('delivery', async () =>
      (await deliveries()).find(({ status }) => status === 'completed'),
    );
    expect(over).toMatchObject({
      jobId: done.id,
      messageId: headers['webhook-id'],
      answer: { status: 200, excerpt: 'thanks' },
    });
    target.answer((_request, response) => void response.writeHead(410).end());
    await suite.api('POST', `/v1/webhook-endpoints/${id}/test`);
    const gone = await eventually('disabled endpoint', async () => {
      const { body: endpoint } = await suite.api<{ enabled: boolean }>('GET', `/v1/webhook-endpoints/${id}`);
      return endpoint.enabled ? undefined : endpoint;
    });
    expect(gone).toMatchObject({ disabled: { reason: 'receiver_gone' } });
    expect(JSON.stringify([suite.log('integrations'), suite.log('gateway'), await deliveries()])).not.toContain(secret);
  });

  it('park the jobs of a host that is down, in all processes and at no charge, until it is back', async () => {
    const metricsUrls = [ownUrl(suite.log('integrations')), await suite.startApp('integrations', 'integrations-2')];
    let isDown = true;
    target.answer(({ url = '' }, response) => {
      if (url.startsWith('/frail') && isDown) response.destroy();
      else response.end('ok');
    });
    const first = await call({ connection: 'frail', url: '/' });
    // One process has made one call; both know.
    await eventually('both know', async () => {
      const pages = await Promise.all(metricsUrls.map((url) => fetch(`${url}/metrics`).then((page) => page.text())));
      return pages.every((page) => page.includes('leveret_dependency_open{dependency="frail"} 1')) || undefined;
    });
    const dependencies = await eventually('shown', async () => {
      const { body } = await suite.api<{ dependencies: { name: string; state: string }[] }>('GET', QUEUE);
      return body.dependencies.find(({ name, state }) => name === 'frail' && state === 'open');
    });
    expect(dependencies).toMatchObject({ inFlight: 0 });
    const others = await Promise.all([1, 2, 3].map(() => call({ connection: 'frail', url: '/' })));
    await jobs.completed((await call({ url: target.url })).id);
    expect(target.seen.filter(({ url }) => url.startsWith('/frail'))).toHaveLength(1);
    isDown = false;
    for (const { id } of [first, ...others]) {
      expect(await jobs.completed(id)).toMatchObject({ attempt: 1 });
      expect((await jobs.attempts(id)).map(({ outcome }) => outcome)).toContain('snoozed');
    }
    await suite.stopApp('integrations-2');
  });

  it('show no secret, in no job, attempt, log or line of a process', async () => {
    target.answer((request, response) => {
      response.writeHead(422, { 'content-type': 'application/json' }).end(JSON.stringify(request.headers));
    });
    const failed = await jobs.failed((await call({ connection: 'shop', url: '/echo' })).id);
    expect(target.seen.at(-1)?.headers['x-shop-key']).toBe(TOKEN);
    expect(failed.error).toMatchObject({ code: 'http_422', permanent: true, message: expect.stringContaining('***') });
    const shown = [failed, await jobs.attempts(failed.id), suite.log('integrations'), suite.log('gateway')];
    expect(JSON.stringify(shown)).not.toContain(TOKEN);
  });

  it('fail for good at a private address that is not opened', async () => {
    const failed = await jobs.failed((await call({ url: 'http://169.254.169.254/latest' })).id);
    expect(failed.error).toMatchObject({ code: 'egress_refused', permanent: true });
  });

  it('say at the start what is opened', () => {
    expect(suite.log('integrations').find((line) => line.includes('EGRESS_ALLOW'))).toContain(target.pair);
  });

  it.each([
    [{ url: 'https://example.com/', headers: { Authorization: 'x' } }, 'payload.headers'],
    [{ url: '/a', connection: 'shop', headers: { 'X-Shop-Key': 'x' } }, 'payload.headers'],
    [{ url: 'file:///etc/passwd' }, 'payload.url'],
  ])('are refused with 422: %j', async (payload, path) => {
    const { status, body } = await suite.api<{ errors: { path: string }[] }>('POST', '/v1/jobs', {
      task: 'integrations.call-api',
      payload,
    });
    expect([status, body.errors[0]?.path]).toEqual([422, expect.stringContaining(path)]);
  });
});

/** Where a process shows its metrics, as it has told when it was ready. */
function ownUrl(lines: readonly string[]): string {
  const ready = lines.map((line) => JSON.parse(line) as { event?: string; url?: string });
  return ready.find(({ event }) => event === 'app.ready')?.url ?? '';
}
