import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Page } from '../http/page.js';
import { type QueueRecord } from '../ledger/queue-store.js';
import { Client } from '../testing/client.js';
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
      ...{ name: 'zeta', waiting: 0, active: 0, delayed: 0, scheduled: 0, completed: 0, failed: 0, dead: 0 },
      ...{ consumers: 0, paused: false, throughput: 0, oldestWaitingMs: null },
      processingTime: { avg: null, p50: null, p95: null },
    });
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
