import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { eventually } from '../support/eventually.js';
import { SuiteJobs } from '../support/suite-jobs.js';
import { type ApiAnswer, startSuite, type TestSuite } from '../support/test-suite.js';

jest.setTimeout(60_000);

const TASK = 'lab.script';
const SOME_ID = '01980000-0000-7000-8000-000000000000';

interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly errors?: readonly { readonly path: string; readonly message: string }[];
}

interface ApiKey {
  readonly id: string;
  readonly secret: string;
}

describe('the gateway', () => {
  let suite: TestSuite;
  let jobs: SuiteJobs;

  beforeAll(async () => {
    suite = await startSuite({ apps: ['lab'] });
    jobs = new SuiteJobs(suite);
  });

  afterAll(async () => {
    await suite.stop();
  });

  async function newKey(tenant: string, scopes: readonly string[]): Promise<ApiKey> {
    const { body, status } = await suite.api<ApiKey>('POST', '/v1/api-keys', { name: `of ${tenant}`, tenant, scopes });
    expect(status).toBe(201);
    return body;
  }

  function expectProblem({ status, headers, body }: ApiAnswer<Problem>, expected: number): void {
    expect({ status, type: headers.get('content-type'), body }).toMatchObject({
      status: expected,
      type: expect.stringMatching(/^application\/problem\+json/) as unknown,
      body: {
        status: expected,
        type: expect.any(String) as unknown,
        title: expect.any(String) as unknown,
        detail: expect.any(String) as unknown,
      },
    });
    expect(JSON.stringify(body)).not.toMatch(/node_modules|\.js:\d+|at \w+ \(/);
  }

  const job = (more: object): object => ({ task: TASK, payload: { steps: ['ok'] }, ...more });
  const json = { headers: { 'content-type': 'application/json' } };

  it.each([
    { what: 'no JSON', body: '{"task": ', status: 400 },
    { what: 'nothing', body: '', status: 400 },
    { what: 'no UTF-8', body: new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), status: 400 },
    { what: 'JSON too deep', body: `{"task":"${TASK}","payload":${'['.repeat(40)}${']'.repeat(40)}}`, status: 400 },
    { what: 'JSON of endless depth', body: '['.repeat(500_000), status: 400 },
    { what: 'a prototype', body: `{"task":"${TASK}","__proto__":{"admin":true}}`, status: 400 },
    { what: 'a constructor', body: `{"task":"${TASK}","payload":{"constructor":{"prototype":{}}}}`, status: 400 },
  ])('refuses a body of $what', async ({ body, status }) => {
    expectProblem(await suite.api<Problem>('POST', '/v1/jobs', body, json), status);
  });

  it.each([
    { what: 'no task', body: {}, path: 'task' },
    { what: 'an array', body: [], path: '' },
    { what: 'an unknown task', body: { task: 'lab.unknown' }, path: 'task' },
    { what: 'a task that is no name', body: { task: '../lab' }, path: 'task' },
    { what: 'an unknown field', body: job({ colour: 'red' }), path: 'colour' },
    {
      what: 'an unknown field of the payload',
      body: job({ payload: { steps: ['ok'], colour: 1 } }),
      path: 'payload.colour',
    },
    { what: 'a payload of the wrong type', body: job({ payload: { steps: 'ok' } }), path: 'payload.steps' },
    { what: 'a wrong item of a list', body: job({ payload: { steps: ['ok', 'dance'] } }), path: 'payload.steps.1' },
    { what: 'U+0000', body: job({ payload: { steps: ['ok'], witness: 'a\0b' } }), path: 'payload.witness' },
    { what: 'a lone surrogate', body: `{"task":"${TASK}","payload":{"steps":["\\ud800"]}}`, path: 'payload.steps.0' },
    {
      what: 'a number beyond double',
      body: `{"task":"${TASK}","payload":{"steps":["ok"],"ms":1e999}}`,
      path: 'payload.ms',
    },
    { what: 'a priority out of bounds', body: job({ priority: 10 }), path: 'priority' },
    { what: 'a priority that is no name', body: job({ priority: 'urgent' }), path: 'priority' },
    { what: 'no attempt at all', body: job({ maxAttempts: 0 }), path: 'maxAttempts' },
    { what: 'a duration of no unit', body: job({ delay: '5 parsecs' }), path: 'delay' },
    { what: 'a time without a zone', body: job({ runAt: '2031-01-01T00:00:00' }), path: 'runAt' },
    { what: 'delay and runAt', body: job({ delay: '1s', runAt: '2031-01-01T00:00:00Z' }), path: 'runAt' },
    { what: "a time-out over the task's", body: job({ timeout: '2h' }), path: 'timeout' },
    { what: 'jitter over 1', body: job({ backoff: { jitter: 2 } }), path: 'backoff.jitter' },
    { what: 'metadata over 4 KiB', body: job({ metadata: { note: 'x'.repeat(5_000) } }), path: 'metadata' },
    { what: 'metadata of no object', body: job({ metadata: 'user456' }), path: 'metadata' },
    {
      what: 'a payload over its limit',
      body: job({ payload: { steps: ['ok'], witness: 'x'.repeat(600_000) } }),
      path: 'payload',
    },
  ])('refuses $what with 422 that names the field', async ({ body, path }) => {
    const answer = await suite.api<Problem>('POST', '/v1/jobs', body, typeof body === 'string' ? json : {});
    expectProblem(answer, 422);
    expect(answer.body.errors?.map((error) => error.path)).toContain(path);
  });

  it.each([
    { path: '/v1/jobs?limit=0', status: 422 },
    { path: '/v1/jobs?limit=201', status: 422 },
    { path: '/v1/jobs?cursor=nonsense', status: 422 },
    { path: '/v1/jobs?status=done', status: 422 },
    { path: '/v1/jobs?color=red', status: 422 },
    { path: '/v1/jobs?createdAfter=yesterday', status: 422 },
    { path: '/v1/jobs/not-an-id', status: 404 },
    { path: `/v1/jobs/${SOME_ID}/attempts`, status: 404 },
    { path: '/v1/tasks/lab.unknown', status: 404 },
    { path: '/v1/nothing', status: 404 },
    { path: '/v1/files/default/../../etc/passwd', status: 404 },
    { path: '/v1/files/default/%2e%2e%2f%2e%2e%2fetc%2fpasswd', status: 404 },
  ])('answers GET $path with $status', async ({ path, status }) => {
    expectProblem(await suite.api<Problem>('GET', path), status);
  });

  it('answers 413 to a body that is too large, also to a client that goes on sending', async () => {
    const body = new Uint8Array(20 * 1024 * 1024).fill(0x20);
    expectProblem(await suite.api<Problem>('POST', '/v1/jobs', body, json), 413);
    const streamed = new Blob([body]).stream();
    const response = await fetch(new URL('/v1/jobs', suite.url), {
      method: 'POST',
      headers: { ...json.headers, authorization: `Bearer ${suite.apiKey}` },
      body: streamed,
      duplex: 'half',
    });
    expect(response.status).toBe(413);
    expect(await response.json()).toMatchObject({ status: 413 });
    const { id } = await jobs.enqueue(TASK, { steps: ['ok'] });
    await jobs.completed(id);
  });

  it('refuses a revoked key within 5 s, and so does another gateway', async () => {
    const other = await suite.startApp('gateway', 'second gateway');
    const { id, secret } = await newKey('leaving', ['jobs:read']);
    const ask = async (url: string): Promise<number> =>
      (await suite.api('GET', '/v1/jobs', undefined, { key: secret, url })).status;
    expect([await ask(suite.url), await ask(other)]).toEqual([200, 200]);
    expect((await suite.api('DELETE', `/v1/api-keys/${id}`)).status).toBe(204);
    const revokedAt = Date.now();
    expect(await ask(suite.url)).toBe(401);
    await eventually('refusal by the other gateway', async () => ((await ask(other)) === 401 ? true : undefined));
    expect(Date.now() - revokedAt).toBeLessThan(5_000);
  });

  it("answers another tenant's job as it answers one that does not exist", async () => {
    const { secret } = await newKey('stranger', ['jobs:read', 'jobs:write']);
    const stranger = new SuiteJobs(suite, secret);
    const { id } = await jobs.enqueue(TASK, { steps: ['ok'] });
    await jobs.completed(id);
    for (const suffix of ['', '/attempts', '/logs']) {
      const theirs = await stranger.ask<Problem>('GET', `/v1/jobs/${id}${suffix}`);
      const missing = await stranger.ask<Problem>('GET', `/v1/jobs/${SOME_ID}${suffix}`);
      expectProblem(theirs, 404);
      expect(JSON.stringify(theirs.body).replaceAll(id, SOME_ID)).toBe(JSON.stringify(missing.body));
    }
    const { body } = await stranger.ask<{ data: readonly unknown[] }>('GET', '/v1/jobs');
    expect(body.data).toEqual([]);
    expect((await stranger.ask('GET', '/v1/jobs?tenant=default')).status).toBe(403);
  });

  it('answers health and metrics without a key', async () => {
    const [live, ready, metrics] = await Promise.all(
      ['/health/live', '/health/ready', '/metrics'].map((path) => suite.api('GET', path, undefined, { key: null })),
    );
    expect([live?.status, ready?.status, metrics?.status]).toEqual([200, 200, 200]);
    expect(metrics?.body).toMatch(/^# HELP leveret_/m);
  });
});
