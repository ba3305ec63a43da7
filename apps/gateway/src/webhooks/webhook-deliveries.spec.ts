import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type Attempt, type Job, type Outcome } from '#libs/contracts';
import { type ProblemDetails } from '../http/problem.js';
import { Client, pathsOf } from '../testing/client.js';
import { type FlowBench, startFlowBench } from '../testing/flow-bench.js';
import { type ShownDelivery } from './delivery-view.js';
import { type ShownEndpoint } from './endpoint-view.js';

const HOOK = 'https://shop.example.com/hooks';
const DELIVER = 'integrations.deliver-webhook';
const SCHEMA = { type: 'object', properties: { pin: { type: 'string', writeOnly: true } } };
const DONE: Outcome = { kind: 'done', result: { n: 1 } };
const FAILED: Outcome = { kind: 'reject', failure: { code: 'bad', message: 'Full.' } };
const RECEIVED: Outcome = { kind: 'done', result: { status: 200, excerpt: 'thanks' } };
const GONE: Outcome = {
  kind: 'reject',
  failure: { code: 'receiver_gone', message: 'The receiver answered 410: moved' },
};

describe('deliveries to webhook endpoints', () => {
  let bench: FlowBench;
  let client: Client;

  beforeAll(async () => {
    bench = await startFlowBench();
    client = new Client(bench.edge.url);
    await bench.edge.announce([
      { schema: SCHEMA, hash: 'echo-1' },
      { name: DELIVER, hash: 'deliver-1' },
    ]);
  }, 60_000);
  afterAll(() => bench.stop());
  afterEach(async () => {
    for (const table of ['webhook_endpoints', 'jobs']) await bench.edge.database.query(`DELETE FROM ${table}`);
  });

  const endpointOf = async (body: object = {}): Promise<ShownEndpoint> =>
    (await client.post<ShownEndpoint>('/v1/webhook-endpoints', { url: HOOK, ...body })).json;
  const shown = async ({ id }: ShownEndpoint): Promise<ShownEndpoint> =>
    (await client.get<ShownEndpoint>(`/v1/webhook-endpoints/${id}`)).json;
  const deliveriesTo = async ({ id }: ShownEndpoint, query = ''): Promise<readonly ShownDelivery[]> =>
    (await client.get<{ data: ShownDelivery[] }>(`/v1/webhook-endpoints/${id}/deliveries${query}`)).json.data;
  const ended = async (outcome: Outcome = DONE, request: object = {}): Promise<Job> => {
    const { json: job } = await client.post<Job>('/v1/jobs', { task: 'demo.echo', ...request });
    await bench.end(job.id, outcome);
    await bench.follow();
    return job;
  };
  /** Delivers the latest to an endpoint. */
  const delivered = async (endpoint: ShownEndpoint, outcome: Outcome = RECEIVED): Promise<void> => {
    const [latest] = await deliveriesTo(endpoint);
    await bench.end(latest?.id ?? '', outcome);
    await bench.follow();
  };
  /** As if what is failing had begun to five days ago. */
  const failedForDays = () =>
    bench.edge.database.query("UPDATE webhook_endpoints SET failing_since = failing_since - interval '5 days'");
  const replay = (endpoint: ShownEndpoint, body: object) =>
    client.post<{ deliveries: number } & ProblemDetails>(`/v1/webhook-endpoints/${endpoint.id}/replay`, body);

  it('tell of the job as its users see it, without secrets, as a job in its flow', async () => {
    const endpoint = await endpointOf();
    const job = await ended(DONE, { payload: { pin: 'canary' }, metadata: { user: 'u1' } });
    const [delivery, ...others] = await deliveriesTo(endpoint);
    expect(others).toEqual([]);
    expect(delivery).toMatchObject({
      ...{ endpointId: endpoint.id, kind: 'end', event: 'job.completed', jobId: job.id, status: 'queued' },
      request: {
        ...{ method: 'POST', url: HOOK },
        headers: { 'content-type': 'application/json', 'webhook-id': delivery?.messageId },
        body: {
          type: 'job.completed',
          data: {
            id: job.id,
            status: 'completed',
            payload: { pin: '***' },
            result: { n: 1 },
            metadata: { user: 'u1' },
          },
        },
      },
      ...{ answer: null, error: null, attempts: [] },
    });
    const delivering = (await client.get<Job>(`/v1/jobs/${delivery?.id ?? ''}`)).json;
    expect(delivering).toMatchObject({ task: DELIVER, parentId: job.id, metadata: { webhookEndpoint: endpoint.id } });
    expect(JSON.stringify(delivering)).not.toContain('whsec_');
  });

  it.each<[string, object, readonly string[]]>([
    ['every end', {}, ['job.cancelled', 'job.completed', 'job.failed']],
    ['one kind', { events: 'job.failed' }, ['job.failed']],
    ['a list', { events: ['job.failed', 'job.cancelled'] }, ['job.cancelled', 'job.failed']],
    ['its tasks', { tasks: ['demo.echo'] }, ['job.cancelled', 'job.completed', 'job.failed']],
    ['other tasks', { tasks: ['demo.other'] }, []],
    ['other queues', { queues: ['media'] }, []],
    ['nothing, disabled', { enabled: false }, []],
  ])('are what the endpoint wants to hear of: %s', async (_, wishes, events) => {
    const endpoint = await endpointOf(wishes);
    await ended(DONE);
    await ended(FAILED);
    const { json: job } = await client.post<Job>('/v1/jobs', { task: 'demo.echo' });
    await client.post(`/v1/jobs/${job.id}/cancel`, undefined);
    await bench.follow();
    expect((await deliveriesTo(endpoint)).map(({ event }) => event).toSorted()).toEqual(events);
  });

  it('tell nothing of jobs of another tenant, nor of deliveries themselves', async () => {
    const endpoint = await endpointOf();
    const body = { name: 'x', tenant: 'stranger', scopes: ['jobs:write'] };
    const { secret: key } = (await client.post<{ secret: string }>('/v1/api-keys', body)).json;
    const { json: foreign } = await client.post<Job>('/v1/jobs', { task: 'demo.echo' }, { key });
    await bench.end(foreign.id, DONE);
    await bench.follow();
    expect(await deliveriesTo(endpoint)).toEqual([]);
    await ended();
    await delivered(endpoint);
    expect(await deliveriesTo(endpoint)).toHaveLength(1);
  });

  it('come once for each end, also for the next one of a job that was retried by hand', async () => {
    const endpoint = await endpointOf();
    const job = await ended(FAILED);
    await client.post(`/v1/jobs/${job.id}/retry`, undefined);
    await bench.end(job.id, DONE);
    await bench.follow();
    const deliveries = await deliveriesTo(endpoint);
    expect(deliveries.map(({ event }) => event).toSorted()).toEqual(['job.completed', 'job.failed']);
    expect(new Set(deliveries.map(({ messageId }) => messageId)).size).toBe(2);
  });

  it('are entered once, when gateways see to the same ends at the same time', async () => {
    const endpoint = await endpointOf();
    const jobs = await Promise.all(
      Array.from({ length: 30 }, async () => (await client.post<Job>('/v1/jobs', { task: 'demo.echo' })).json),
    );
    for (const { id } of jobs) await bench.end(id, DONE);
    await Promise.all([bench.follow(), bench.follow(), bench.follow()]);
    const deliveries = await deliveriesTo(endpoint, '?limit=200');
    expect(deliveries.map(({ jobId }) => jobId).toSorted()).toEqual(jobs.map(({ id }) => id).toSorted());
  });

  it('show each try with its time and answer', async () => {
    const endpoint = await endpointOf();
    await ended();
    await delivered(endpoint, {
      kind: 'retry',
      failure: { code: 'http_500', message: 'The receiver answered 500: oops' },
    });
    const [tried] = await deliveriesTo(endpoint);
    expect(tried).toMatchObject({
      status: 'retrying',
      answer: { status: 500, excerpt: 'oops' },
      nextAttemptAt: expect.any(String),
    });
    await delivered(endpoint);
    const [delivery] = await deliveriesTo(endpoint);
    expect(delivery).toMatchObject({
      ...{ status: 'completed', answer: { status: 200, excerpt: 'thanks' }, error: null },
      attempts: [
        { attempt: 1, outcome: 'failed', answer: { status: 500, excerpt: 'oops' }, error: { code: 'http_500' } },
        { attempt: 2, outcome: 'completed', answer: { status: 200 }, durationMs: expect.any(Number), error: null },
      ],
    });
    expect(await deliveriesTo(endpoint, '?status=failed')).toEqual([]);
    expect(await deliveriesTo(endpoint, '?status=completed')).toHaveLength(1);
  });

  it('show also what the receiver has answered that wants to wait', async () => {
    const endpoint = await endpointOf();
    await ended();
    await delivered(endpoint, { kind: 'snooze', delayMs: 9_000, reason: 'The receiver answered 429: slowly' });
    const answer = { status: 429, excerpt: 'slowly' };
    const [delivery] = await deliveriesTo(endpoint);
    expect(delivery).toMatchObject({
      ...{ status: 'retrying', answer, error: null },
      attempts: [{ attempt: 1, outcome: 'snoozed', answer, error: null, reason: 'The receiver answered 429: slowly' }],
    });
    const { json: attempts } = await client.get<Attempt[]>(`/v1/jobs/${delivery?.id ?? ''}/attempts`);
    expect(attempts).toMatchObject([{ outcome: 'snoozed', reason: 'The receiver answered 429: slowly' }]);
  });

  it('end with the receiver that is gone: the endpoint is disabled, and says so', async () => {
    const endpoint = await endpointOf();
    await ended();
    await delivered(endpoint, GONE);
    expect(await shown(endpoint)).toMatchObject({
      enabled: false,
      disabled: { reason: 'receiver_gone', at: expect.any(String) },
    });
    await ended();
    expect(await deliveriesTo(endpoint)).toMatchObject([
      { status: 'failed', answer: { status: 410, excerpt: 'moved' } },
    ]);
  });

  it('leave an endpoint enabled that has moved before its former receiver was gone', async () => {
    const endpoint = await endpointOf();
    await ended();
    await client.call('PATCH', `/v1/webhook-endpoints/${endpoint.id}`, { url: `${HOOK}/new` });
    await delivered(endpoint, GONE);
    expect(await shown(endpoint)).toMatchObject({ enabled: true, disabled: null });
  });

  it('disable an endpoint when every one of five days was in vain, until it is enabled again', async () => {
    const endpoint = await endpointOf();
    await ended();
    await delivered(endpoint, FAILED);
    expect(await shown(endpoint)).toMatchObject({ enabled: true, failingSince: expect.any(String) });
    await failedForDays();
    await ended();
    await delivered(endpoint, FAILED);
    expect(await shown(endpoint)).toMatchObject({
      ...{ enabled: false, disabled: { reason: 'failing', at: expect.any(String) } },
      failingSince: expect.any(String),
    });
    await client.call('PATCH', `/v1/webhook-endpoints/${endpoint.id}`, { enabled: true });
    expect(await shown(endpoint)).toMatchObject({ enabled: true, disabled: null, failingSince: null });
  });

  it.each<[string, (endpoint: ShownEndpoint) => Promise<unknown>]>([
    ['one was received meanwhile', async (endpoint) => ended().then(() => delivered(endpoint))],
    ['it has moved meanwhile', ({ id }) => client.call('PATCH', `/v1/webhook-endpoints/${id}`, { url: `${HOOK}/new` })],
  ])('leave an endpoint enabled when %s', async (_, mended) => {
    const endpoint = await endpointOf();
    await ended();
    await delivered(endpoint, FAILED);
    await failedForDays();
    await mended(endpoint);
    expect(await shown(endpoint)).toMatchObject({ enabled: true, failingSince: null });
    await ended();
    await delivered(endpoint, FAILED);
    expect(await shown(endpoint)).toMatchObject({ enabled: true, failingSince: expect.any(String) });
  });

  it('count as in vain from the first failure behind what was received, however late their ends are looked at', async () => {
    const endpoint = await endpointOf();
    await ended();
    await ended();
    const [second, first] = await deliveriesTo(endpoint);
    await bench.end(first?.id ?? '', FAILED);
    await bench.end(second?.id ?? '', RECEIVED);
    await bench.follow();
    expect(await shown(endpoint)).toMatchObject({ failingSince: null });
    await ended();
    await delivered(endpoint, FAILED);
    const [last] = await deliveriesTo(endpoint);
    const { json: failed } = await client.get<Job>(`/v1/jobs/${last?.id ?? ''}`);
    expect(await shown(endpoint)).toMatchObject({ enabled: true, failingSince: failed.completedAt });
  });

  it('are as many at once as the endpoint takes: others wait', async () => {
    const endpoint = await endpointOf({ concurrency: 1 });
    await ended();
    await ended();
    const { id } = endpoint;
    const sql = 'SELECT DISTINCT concurrency_key FROM jobs WHERE task = $1';
    expect(await bench.edge.database.query(sql, [DELIVER])).toEqual([{ concurrency_key: `webhook-endpoint ${id} 0` }]);
  });

  it('can be made to try an endpoint out, also a disabled one', async () => {
    const endpoint = await endpointOf({ enabled: false });
    const answer = await client.post<ShownDelivery>(`/v1/webhook-endpoints/${endpoint.id}/test`, undefined);
    expect([answer.status, answer.json]).toMatchObject([
      202,
      { kind: 'test', event: 'webhook.test', jobId: null, request: { body: { data: { endpoint: endpoint.id } } } },
    ]);
    expect(await deliveriesTo(endpoint)).toEqual([answer.json]);
  });

  it('can be replayed: the same message, to where the endpoint is now', async () => {
    const endpoint = await endpointOf();
    const job = await ended();
    await delivered(endpoint);
    const [first] = await deliveriesTo(endpoint);
    await client.call('PATCH', `/v1/webhook-endpoints/${endpoint.id}`, { url: `${HOOK}/new` });
    const path = `/v1/webhook-endpoints/${endpoint.id}/deliveries`;
    const answer = await client.post<ShownDelivery>(`${path}/${first?.id ?? ''}/replay`, undefined);
    expect([answer.status, answer.json]).toMatchObject([
      202,
      {
        kind: 'replay',
        messageId: first?.messageId,
        jobId: job.id,
        request: { url: `${HOOK}/new`, body: first?.request.body },
      },
    ]);
    expect(answer.json.id).not.toBe(first?.id);
    expect(await deliveriesTo(endpoint)).toHaveLength(2);
    const { status } = await client.post(`${path}/${endpoint.id}/replay`, undefined);
    expect(status).toBe(404);
  });

  describe('in a time', () => {
    const SINCE = '2026-01-01T00:00:00Z';

    it('are replayed for what was not delivered, also from before the endpoint was there', async () => {
      const early = await ended();
      const endpoint = await endpointOf();
      const failed = await ended();
      await delivered(endpoint, FAILED);
      await ended();
      await delivered(endpoint);
      const [, before] = await deliveriesTo(endpoint);
      const answer = await replay(endpoint, { since: SINCE });
      expect([answer.status, answer.json]).toEqual([202, { deliveries: 2 }]);
      await bench.follow();
      const replayed = (await deliveriesTo(endpoint)).filter(({ kind }) => kind === 'replay');
      expect(replayed.map(({ jobId }) => jobId).toSorted()).toEqual([early.id, failed.id].toSorted());
      expect(replayed.map(({ messageId }) => messageId)).toContain(before?.messageId);
      expect((await replay(endpoint, { since: SINCE })).json).toEqual({ deliveries: 0 });
    });

    it('are not replayed while they are about to be delivered, however many ask for it', async () => {
      const endpoint = await endpointOf();
      const { json: job } = await client.post<Job>('/v1/jobs', { task: 'demo.echo' });
      await bench.end(job.id, DONE);
      expect((await replay(endpoint, { since: SINCE })).json).toEqual({ deliveries: 0 });
      await bench.follow();
      await delivered(endpoint, FAILED);
      const replays = await Promise.all(Array.from({ length: 5 }, () => replay(endpoint, { since: SINCE })));
      expect(replays.map(({ json }) => json.deliveries).toSorted()).toEqual([0, 0, 0, 0, 1]);
      await bench.follow();
      expect((await deliveriesTo(endpoint)).map(({ kind }) => kind)).toEqual(['replay', 'end']);
    });

    it('are replayed all when that is asked for, within the time, and as the endpoint wants', async () => {
      const endpoint = await endpointOf({ events: 'job.completed' });
      await ended(FAILED);
      await ended();
      await delivered(endpoint);
      expect((await replay(endpoint, { since: SINCE, which: 'all' })).json).toEqual({ deliveries: 1 });
      const past = { since: SINCE, until: '2026-01-02T00:00:00Z', which: 'all' };
      expect((await replay(endpoint, past)).json).toEqual({ deliveries: 0 });
    });

    it.each<[object, string]>([
      [{}, 'since'],
      [{ since: 'yesterday' }, 'since'],
      [{ since: SINCE, until: SINCE }, 'until'],
      [{ since: SINCE, which: 'some' }, 'which'],
    ])('are not replayed for %j', async (body, path) => {
      const answer = await replay(await endpointOf(), body);
      expect([answer.status, pathsOf(answer)]).toEqual([422, [path]]);
    });

    it('are not replayed to a disabled endpoint', async () => {
      expect(await replay(await endpointOf({ enabled: false }), { since: SINCE })).toMatchObject({
        status: 409,
        json: { code: 'endpoint_disabled' },
      });
    });
  });

  it('are shown also when their webhook could not be stored', async () => {
    const endpoint = await endpointOf();
    const job = await ended();
    await bench.edge.database.query("UPDATE jobs SET payload = 'null' WHERE task = $1", [DELIVER]);
    expect(await deliveriesTo(endpoint)).toMatchObject([{ jobId: job.id, request: { body: { data: null } } }]);
  });

  it('are seen where no app delivers any more: as failed jobs', async () => {
    const endpoint = await endpointOf();
    await bench.edge.announce([{ schema: SCHEMA, hash: 'echo-1' }]);
    await ended();
    await bench.edge.announce([
      { schema: SCHEMA, hash: 'echo-1' },
      { name: DELIVER, hash: 'deliver-1' },
    ]);
    expect(await deliveriesTo(endpoint)).toMatchObject([{ status: 'failed', error: { code: 'invalid_job' } }]);
  });
});
