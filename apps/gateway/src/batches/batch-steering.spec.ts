import { setImmediate as turn } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { uuidv7 } from 'uuidv7';
import { type Job, type Outcome } from '#libs/contracts';
import { BatchStore } from '../ledger/batch-store.js';
import { JobSteering } from '../ledger/job-steering.js';
import { SpawnStore } from '../ledger/spawn-store.js';
import { type Answer, Client } from '../testing/client.js';
import { type FlowBench, startFlowBench } from '../testing/flow-bench.js';
import { IDLE_DISPATCH } from '../testing/idle-dispatch.js';
import { BatchSteering } from './batch-steering.js';
import { type ShownBatch } from './batch-view.js';

const DONE: Outcome = { kind: 'done', result: null };

describe('a batch that a job spawns', () => {
  let bench: FlowBench;
  let client: Client;

  beforeAll(async () => {
    bench = await startFlowBench();
    client = new Client(bench.edge.url);
    await bench.edge.announce([{}]);
  }, 60_000);

  afterAll(() => bench.stop());

  const spawner = async (): Promise<string> => (await client.post<Job>('/v1/jobs', { task: 'demo.echo' })).json.id;
  const spawned = async (parent: string, count: number): Promise<string[]> => {
    const ids = Array.from({ length: count }, () => uuidv7());
    await bench.spawn(parent, ids);
    return ids;
  };
  const statusesOf = async (ids: readonly string[]): Promise<unknown[]> =>
    Promise.all(ids.map(async (id) => (await client.get<Job>(`/v1/jobs/${id}`)).json.status));
  const cancel = (id: string): Promise<Answer<ShownBatch & { changed: number }>> =>
    client.post(`/v1/batches/${id}/cancel`, undefined);

  it('is cancelled with the job that has not ended, so that it spawns no more', async () => {
    const parent = await spawner();
    const jobs = await spawned(parent, 2);
    const { status, json } = await cancel(parent);
    expect([status, json.changed]).toEqual([202, 3]);
    expect(await statusesOf([parent, ...jobs])).toEqual(Array(3).fill('cancelled'));
  });

  it('is cancelled whole, with jobs that were still on their way when somebody asked for it', async () => {
    const parent = await spawner();
    const early = await spawned(parent, 2);
    await bench.end(parent, DONE, 3);
    let answered = false;
    const answer = cancel(parent).finally(() => (answered = true));
    while ((await statusesOf(early)).some((status) => status !== 'cancelled')) await turn();
    expect(answered).toBe(false);
    const late = await spawned(parent, 1);
    expect((await answer).json).toMatchObject({ changed: 3, total: 3, counts: { cancelled: 3 } });
    expect(await statusesOf([parent, ...late])).toEqual(['completed', 'cancelled']);
  });

  it('is cancelled with what its jobs have spawned', async () => {
    const parent = await spawner();
    const [part = ''] = await spawned(parent, 1);
    const leaves = await spawned(part, 2);
    await bench.end(part, DONE, 2);
    await bench.end(parent, DONE, 1);
    expect((await cancel(parent)).json.changed).toBe(2);
    expect(await statusesOf([parent, part, ...leaves])).toEqual(['completed', 'completed', 'cancelled', 'cancelled']);
  });

  it('is cancelled as far as it has come in, and says so, when the rest does not come', async () => {
    const parent = await spawner();
    const early = await spawned(parent, 1);
    await bench.end(parent, DONE, 2);
    const { database } = bench.edge;
    const stores = [new BatchStore(database, IDLE_DISPATCH), new JobSteering(database, IDLE_DISPATCH)] as const;
    const steering = new BatchSteering(...stores, new SpawnStore(database), 0);
    await expect(steering.cancel(parent)).rejects.toMatchObject({ status: 503 });
    expect(await statusesOf(early)).toEqual(['cancelled']);
    await bench.refuse(parent, uuidv7());
    expect((await cancel(parent)).status).toBe(202);
  });
});
