import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type DependencyState, type Heartbeat } from '#libs/contracts';
import { type Page } from '../http/page.js';
import { type QueueRecord, QueueStore } from '../ledger/queue-store.js';
import { WorkerStore } from '../ledger/worker-store.js';
import { type ProblemDetails } from '../http/problem.js';
import { type Answer, Client, pathsOf } from '../testing/client.js';
import { IDLE_DISPATCH } from '../testing/idle-dispatch.js';
import { type RealEdge, startRealEdge } from '../testing/real-edge.js';

describe('queues over HTTP', () => {
  let edge: RealEdge;
  let client: Client;

  beforeAll(async () => {
    edge = await startRealEdge();
    client = new Client(edge.url);
    await edge.announce([{}]);
    for (const name of ['alpha', 'zeta']) {
      await edge.database.query(
        "INSERT INTO domains (name, queue_key, queue_type, queue_number) VALUES ($1, $1 || '.classic-1', 'classic', 1)",
        [name],
      );
    }
  }, 60_000);

  afterAll(() => edge.stop());

  it('are listed by name, in pages', async () => {
    const first = (await client.get<Page<QueueRecord>>('/v1/queues?limit=2')).json;
    expect(first.data.map(({ name }) => name)).toEqual(['alpha', 'demo']);
    const rest = (await client.get<Page<QueueRecord>>(`/v1/queues?limit=2&cursor=${first.nextCursor ?? ''}`)).json;
    expect([rest.data.map(({ name }) => name), rest.nextCursor]).toEqual([['zeta'], null]);
    expect((await client.get('/v1/queues?order=fifo')).status).toBe(422);
  });

  it('show all their fields, also before anything has happened in them', async () => {
    expect((await client.get<QueueRecord>('/v1/queues/zeta')).json).toEqual({
      ...{
        name: 'zeta',
        waiting: 0,
        waitingPaused: 0,
        active: 0,
        delayed: 0,
        scheduled: 0,
        completed: 0,
        failed: 0,
        dead: 0,
      },
      ...{
        consumers: 0,
        dependencies: [],
        paused: false,
        order: 'fifo',
        weights: {},
        throughput: 0,
        oldestWaitingMs: null,
      },
      processingTime: { avg: null, p50: null, p95: null },
      waitingTime: { avg: null, p50: null, p95: null },
    });
  });

  it('say what their workers depend on: of each the gravest state that one of them knows', async () => {
    const said = (worker: string, state: DependencyState, parked: number, seq = 1): Heartbeat => ({
      ...{ worker, domain: 'alpha', appVersion: '1', concurrency: 1, seq, runs: [] },
      dependencies: [
        { name: 'payments', state, inFlight: 1, parked },
        { name: `${worker}.example:443`, state: 'closed', inFlight: 2, parked: 0 },
      ],
    });
    const workers = new WorkerStore(edge.database);
    await workers.hear([said('a', 'closed', 0), said('b', 'open', 4), said('c', 'open', 9)]);
    await workers.hear([said('b', 'half-open', 3, 2), { ...said('c', 'open', 9, 2), dependencies: [] }]);
    // The gateway's own keeps what it has counted for a second.
    const queues = new QueueStore(edge.database, IDLE_DISPATCH);
    expect((await queues.find('alpha'))?.dependencies).toEqual([
      { name: 'a.example:443', state: 'closed', inFlight: 2, parked: 0 },
      { name: 'b.example:443', state: 'closed', inFlight: 2, parked: 0 },
      { name: 'payments', state: 'half-open', inFlight: 2, parked: 3 },
    ]);
  });

  it('are paused and resumed, as often as one likes', async () => {
    const said = async (): Promise<unknown[]> =>
      edge.database.query("SELECT kind FROM outbox WHERE queue = 'demo' ORDER BY id");
    for (const [call, paused] of [
      ['pause', true],
      ['pause', true],
      ['resume', false],
      ['resume', false],
    ] as const) {
      expect(await client.call('POST', `/v1/queues/demo/${call}`, undefined)).toMatchObject({
        status: 200,
        json: { name: 'demo', paused },
      });
    }
    expect(await said()).toEqual([{ kind: 'pause' }, { kind: 'resume' }]);
    expect((await client.get<QueueRecord>('/v1/queues/demo')).json.paused).toBe(false);
  });

  it('are told in which order jobs have their turn', async () => {
    const patch = (body: unknown): Promise<Answer<QueueRecord & ProblemDetails>> =>
      client.call('PATCH', '/v1/queues/demo', body);
    expect((await patch({ order: 'lifo' })).json).toMatchObject({ order: 'lifo', weights: {}, paused: false });
    const weights = { 'demo.echo': 4 };
    expect((await patch({ weights })).json).toMatchObject({ order: 'lifo', weights });
    await client.call('POST', '/v1/queues/demo/pause', undefined);
    expect((await client.get<QueueRecord>('/v1/queues/demo')).json).toMatchObject({
      order: 'lifo',
      weights,
      paused: true,
    });
    await client.call('POST', '/v1/queues/demo/resume', undefined);
    expect((await patch({ order: 'fifo', weights: {} })).json).toMatchObject({ order: 'fifo', weights: {} });
    for (const [body, path] of [
      [{ order: 'random' }, 'order'],
      [{ weights: { 'demo.echo': 0 } }, 'weights.demo.echo'],
      [{ weights: { 'other.task': 1 } }, 'weights.other.task'],
      [{ paused: true }, 'paused'],
    ] as const) {
      const refused = await patch(body);
      expect([refused.status, pathsOf(refused)]).toEqual([422, [path]]);
    }
    expect((await client.call('PATCH', '/v1/queues/nowhere', { order: 'lifo' })).status).toBe(404);
  });

  it('do not exist before their domain has been announced, and are for admins', async () => {
    for (const name of ['nowhere', 'No%20name', 'a'.repeat(200)]) {
      expect((await client.get(`/v1/queues/${name}`)).status).toBe(404);
      expect((await client.call('POST', `/v1/queues/${name}/pause`, undefined)).status).toBe(404);
    }
    const scopes = ['jobs:read', 'jobs:write'];
    const { secret: key } = (
      await client.post<{ secret: string }>('/v1/api-keys', { name: 'user', tenant: 'default', scopes })
    ).json;
    expect((await client.get('/v1/queues', { key })).status).toBe(403);
    expect((await client.call('POST', '/v1/queues/demo/pause', undefined, { key })).status).toBe(403);
  });
});
