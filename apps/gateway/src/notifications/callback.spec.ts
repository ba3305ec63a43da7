import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Job } from '#libs/contracts';
import { Client, pathsOf } from '../testing/client.js';
import { type FlowBench, startFlowBench } from '../testing/flow-bench.js';
import { startRealEdge } from '../testing/real-edge.js';

const FILE = {
  key: 'default/01970000-0000-7000-8000-000000000001/1-rows',
  ...{ filename: 'rows.csv', contentType: 'text/csv', size: 3, sha256: 'a'.repeat(64) },
};
const URL_OF_CALLER = 'https://shop.example.com/hooks?of=jobs';
const SCHEMA = { type: 'object', properties: { pin: { type: 'string', writeOnly: true } } };

describe('the callback of a job', () => {
  let bench: FlowBench;
  let client: Client;

  beforeAll(async () => {
    bench = await startFlowBench();
    client = new Client(bench.edge.url);
    await bench.edge.announce([{ schema: SCHEMA, hash: 'echo-1' }]);
  }, 60_000);
  afterAll(() => bench.stop());

  const enqueue = (request: object) => client.post<Job>('/v1/jobs', { task: 'demo.echo', ...request });
  const callbacksOf = async (parent: string): Promise<Job[]> => {
    const sql = 'SELECT id FROM jobs WHERE parent_id = $1 AND task = $2';
    const rows = await bench.edge.database.query<{ id: string }>(sql, [parent, 'integrations.deliver-webhook']);
    return Promise.all(rows.map(async ({ id }) => (await client.get<Job>(`/v1/jobs/${id}`)).json));
  };

  it('is refused where no app delivers webhooks', async () => {
    const answer = await client.post('/v1/jobs', { task: 'demo.echo', callbackUrl: URL_OF_CALLER });
    expect([answer.status, pathsOf(answer)]).toEqual([422, ['callbackUrl']]);
  });

  it('is refused where it follows, too', async () => {
    const then = [{ task: 'demo.echo', callbackUrl: URL_OF_CALLER }];
    const answer = await client.post('/v1/jobs', { task: 'demo.echo', then });
    expect([answer.status, pathsOf(answer)]).toEqual([422, ['then.0.callbackUrl']]);
  });

  describe('with an app that delivers webhooks', () => {
    beforeAll(async () => {
      const deliver = { type: 'object', required: ['url', 'event'], properties: { url: {}, event: {}, data: {} } };
      const name = 'integrations.deliver-webhook';
      await bench.edge.announce([
        { schema: SCHEMA, hash: 'echo-1' },
        { name, schema: deliver, hash: 'deliver-1' },
      ]);
    });

    it.each(['shop.example.com', 'ftp://example.com', 'https://a b', 17])(
      'goes to an URL and not to %j',
      async (url) => {
        const answer = await client.post('/v1/jobs', { task: 'demo.echo', callbackUrl: url });
        expect([answer.status, pathsOf(answer)]).toEqual([422, ['callbackUrl']]);
      },
    );

    it.each([
      'http://169.254.169.254/latest/meta-data',
      'http://127.1:8080/',
      'https://[::ffff:10.0.0.1]/',
      'https://user:password@shop.example.com/',
      'https://shop.example.com:25/',
    ])('is refused at once when webhooks may not go to %s, also where it follows', async (url) => {
      const request = { callbackUrl: url, then: [{ task: 'demo.echo', callbackUrl: url }] };
      const answer = await client.post('/v1/jobs', { task: 'demo.echo', ...request });
      expect([answer.status, pathsOf(answer)]).toEqual([422, ['then.0.callbackUrl', 'callbackUrl']]);
      expect(answer.text).toContain('may not be called: ');
    });

    it('tells of the job as its users see it, without secrets', async () => {
      const { json: job } = await enqueue({
        payload: { pin: 'canary' },
        callbackUrl: URL_OF_CALLER,
        metadata: { user: 'u1' },
      });
      await bench.end(job.id, { kind: 'done', result: { file: FILE } });
      await bench.follow();
      await bench.follow();
      const [callback, ...others] = await callbacksOf(job.id);
      expect(others).toEqual([]);
      expect(callback).toMatchObject({
        ...{ tenant: 'default', status: 'queued', metadata: { callbackOf: job.id } },
        payload: {
          ...{ url: URL_OF_CALLER, event: 'job.completed' },
          data: {
            ...{ id: job.id, status: 'completed', payload: { pin: '***' }, metadata: { user: 'u1' } },
            result: { file: FILE },
          },
        },
      });
    });

    it('is shown with its job also afterwards, to who may see what is in jobs', async () => {
      const { json: job } = await enqueue({ callbackUrl: URL_OF_CALLER, timeout: '30s', concurrencyKey: 'shop' });
      await bench.end(job.id, { kind: 'done', result: null });
      await bench.follow();
      const optionsFor = async (scope: string): Promise<unknown> => {
        const key = await client.newKey('default', [scope]);
        return (await client.get<{ options: unknown }>(`/v1/jobs/${job.id}`, { key })).json.options;
      };
      const written = { callbackUrl: URL_OF_CALLER, concurrencyKey: 'shop' };
      expect(await optionsFor('jobs:read')).toEqual({ ...written, timeout: '30s' });
      expect(await optionsFor('jobs:outline')).toEqual({ callbackUrl: '***', concurrencyKey: '***', timeout: '30s' });
    });

    it.each([
      ['job.failed', (id: string) => bench.end(id, { kind: 'reject', failure: { code: 'bad', message: 'Full.' } })],
      ['job.cancelled', (id: string) => client.post(`/v1/jobs/${id}/cancel`, undefined)],
    ])('comes however the job ends: %s', async (event, end) => {
      const { json: job } = await enqueue({ callbackUrl: URL_OF_CALLER });
      await end(job.id);
      await bench.follow();
      expect((await callbacksOf(job.id)).map(({ payload }) => payload)).toMatchObject([{ event }]);
    });

    it('goes along with what follows besides, also from a job that follows', async () => {
      const then = [{ task: 'demo.echo', callbackUrl: URL_OF_CALLER }];
      const { json: job } = await enqueue({ callbackUrl: URL_OF_CALLER, then });
      await bench.end(job.id, { kind: 'done', result: null });
      await bench.follow();
      expect(await callbacksOf(job.id)).toHaveLength(1);
      const sql = "SELECT id FROM jobs WHERE parent_id = $1 AND task = 'demo.echo'";
      const [follower] = await bench.edge.database.query<{ id: string }>(sql, [job.id]);
      await bench.end(follower?.id ?? '', { kind: 'done', result: null });
      await bench.follow();
      expect(await callbacksOf(follower?.id ?? '')).toHaveLength(1);
    });
  });
});

describe('the callback of a job to a private host', () => {
  it('is taken where EGRESS_ALLOW opens just this pair', async () => {
    const settings = { webhookSecret: 'a secret of the tests, long enough', egressAllow: ['127.0.0.1:8080'] };
    const edge = await startRealEdge(settings);
    await edge.announce([{}, { name: 'integrations.deliver-webhook' }]);
    const statuses = await Promise.all(
      ['http://127.0.0.1:8080/hooks', 'http://127.0.0.1:8081/hooks'].map(async (callbackUrl) => {
        const answer = await new Client(edge.url).post('/v1/jobs', { task: 'demo.echo', callbackUrl });
        return answer.status;
      }),
    );
    await edge.stop();
    expect(statuses).toEqual([202, 422]);
  });
});

describe('the callback of a job without WEBHOOK_SECRET', () => {
  it('is refused, and the answer names the setting', async () => {
    const edge = await startRealEdge();
    await edge.announce([{}, { name: 'integrations.deliver-webhook' }]);
    const answer = await new Client(edge.url).post('/v1/jobs', { task: 'demo.echo', callbackUrl: URL_OF_CALLER });
    await edge.stop();
    expect([answer.status, pathsOf(answer)]).toEqual([422, ['callbackUrl']]);
    expect(answer.text).toContain('WEBHOOK_SECRET');
  });
});
