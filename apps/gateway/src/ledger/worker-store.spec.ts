import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Heartbeat } from '#libs/contracts';
import { type RealLedger, startRealLedger } from '../testing/real-ledger.js';
import { type WorkerRecord, WorkerStore } from './worker-store.js';

const START_MS = 60_000;

describe('WorkerStore', () => {
  let ledger: RealLedger;
  let workers: WorkerStore;

  beforeAll(async () => {
    ledger = await startRealLedger();
    workers = new WorkerStore(ledger.database);
  }, START_MS);

  afterAll(() => ledger.stop());

  const beat = (worker: string, changes: Partial<Heartbeat> = {}): Heartbeat => ({
    ...{ worker, domain: 'lab', appVersion: '1.0.0', concurrency: 4, seq: 1, runs: [] },
    ...changes,
  });
  const find = async (id: string): Promise<WorkerRecord | undefined> =>
    (await workers.list({ limit: 200, after: null })).find((worker) => worker.id === id);

  it('keeps the latest heartbeat of each worker, whatever the order in which they come', async () => {
    const runs = [{ job: 'j', run: 2 }];
    await workers.hear([beat('lab@a', { seq: 3, runs }), beat('lab@a', { seq: 2 }), beat('lab@b')]);
    await workers.hear([beat('lab@a', { seq: 2, appVersion: 'older' })]);
    const heard = await find('lab@a');
    expect(heard).toMatchObject({ domain: 'lab', appVersion: '1.0.0', concurrency: 4, runs });
    await workers.hear([beat('lab@a', { seq: 4 })]);
    const again = await find('lab@a');
    expect(again).toMatchObject({ runs: [], firstHeardAt: heard?.firstHeardAt });
    expect(again?.heardAt.getTime()).toBeGreaterThan(heard?.heardAt.getTime() ?? Infinity);
  });

  it('knows how far a worker’s clock is off, and is not deceived by heartbeats that were late', async () => {
    const behindMs = async (): Promise<number> => {
      const [row] = await ledger.database.query<{ ms: number }>(
        `SELECT clock_behind_ms AS ms FROM workers WHERE id = 'clock'`,
      );
      return Math.round((row?.ms ?? Number.NaN) / 100) / 10;
    };
    await workers.hear([beat('clock', { at: Date.now() - 3_000 })]);
    expect(await behindMs()).toBeCloseTo(3, 0);
    await workers.hear([beat('clock', { seq: 2, at: Date.now() + 5_000 })]);
    expect(await behindMs()).toBeCloseTo(-5, 0);
    await workers.hear([beat('clock', { seq: 3, at: Date.now() - 60_000 })]);
    expect(await behindMs()).toBeCloseTo(-4.8, 0);
    await workers.hear([beat('clock', { seq: 4 })]);
    expect(await behindMs()).toBeCloseTo(-4.6, 0);
  });

  it('keeps workers of two domains apart that bear one name', async () => {
    await workers.hear([beat('shared'), beat('shared', { domain: 'media', appVersion: '2.0.0' })]);
    const named = (await workers.list({ limit: 200, after: null })).filter(({ id }) => id === 'shared');
    expect(named.map(({ domain, appVersion }) => [domain, appVersion])).toEqual([
      ['lab', '1.0.0'],
      ['media', '2.0.0'],
    ]);
    const behind = await workers.list({ limit: 1, after: { domain: 'lab', id: 'shared' } });
    expect(behind.map(({ domain, id }) => [domain, id])).toEqual([['media', 'shared']]);
  });

  it('forgets who was not heard of for a day', async () => {
    await workers.hear([beat('old'), beat('new')]);
    await ledger.database.query(`UPDATE workers SET heard_at = now() - interval '25 hours' WHERE id = 'old'`);
    await workers.forget();
    expect(await find('old')).toBeUndefined();
    expect(await find('new')).toMatchObject({ id: 'new' });
  });

  it('knows a worker no more that has left, until another heartbeat of it comes', async () => {
    await workers.hear([beat('leaver'), beat('stayer')]);
    await workers.hear([
      beat('leaver', { seq: 2 }),
      beat('leaver', { seq: 3, leaves: true }),
      beat('nobody', { leaves: true }),
    ]);
    expect([await find('leaver'), await find('nobody')]).toEqual([undefined, undefined]);
    expect(await find('stayer')).toMatchObject({ id: 'stayer' });
    await workers.hear([beat('leaver', { seq: 9 })]);
    await workers.hear([beat('leaver', { seq: 4, leaves: true })]);
    expect(await find('leaver')).toMatchObject({ id: 'leaver' });
  });

  it('does not lock gateways out that hear the same workers in another order', async () => {
    const names = Array.from({ length: 100 }, (_, index) => `many@${index}`);
    const beats = (seq: number): Heartbeat[] => names.map((name) => beat(name, { seq }));
    const batches = [beats(1), beats(2).toReversed(), beats(3), beats(4).toReversed()];
    await Promise.all(batches.map((batch) => workers.hear(batch)));
    const [row] = await ledger.database.query(`SELECT min(seq)::int AS seq FROM workers WHERE id LIKE 'many@%'`);
    expect(row).toEqual({ seq: 4 });
  });
});
