import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { uuidv7 } from 'uuidv7';
import { reconcilerTimes } from '../reconciler/times.js';
import { DueJobs } from '../relay/due-jobs.js';
import { IDLE_DISPATCH } from '../testing/idle-dispatch.js';
import { newJob } from '../testing/new-job.js';
import { type RealLedger, startRealLedger } from '../testing/real-ledger.js';
import { BatchPauseStore } from './batch-pause-store.js';
import { BatchStore } from './batch-store.js';
import { LedgerUnavailableError } from './database.js';
import { DueStore } from './due-store.js';
import { HeldStore } from './held-store.js';
import { InForceStore } from './in-force-store.js';
import { OldVoidStore } from './old-void-store.js';
import { type ResendPosition, SentinelStore } from './sentinel-store.js';

const START_MS = 60_000;

describe('a paused batch to which something happens', () => {
  let ledger: RealLedger;
  let pauses: BatchPauseStore;

  beforeAll(async () => {
    ledger = await startRealLedger();
    pauses = new BatchPauseStore(ledger.database, IDLE_DISPATCH);
    await ledger.database.query(
      "INSERT INTO domains (name, queue_key, queue_type, queue_number) VALUES ('lab', 'lab.classic-1', 'classic', 1)",
    );
  }, START_MS);

  beforeEach(() => ledger.database.query('TRUNCATE jobs, outbox, voids, batches CASCADE'));

  afterAll(() => ledger.stop());

  /** A batch whose jobs wait for their turn in the ledger. */
  const enter = async (count: number): Promise<{ batch: string; ids: readonly string[] }> => {
    const batch = { id: uuidv7(), tenant: 'default', then: [] };
    const jobs = Array.from({ length: count }, () => newJob({ batchId: batch.id }));
    await new BatchStore(ledger.database, { ...IDLE_DISPATCH, admits: () => false }).enter({ ...batch, jobs }, null);
    return { batch: batch.id, ids: jobs.map(({ id }) => id) };
  };
  const release = async (most = 100): Promise<void> => {
    await new HeldStore(ledger.database).look({ windowOf: () => 100, most, claimed: false, random: () => 0 });
  };
  const outbox = (): Promise<object[]> =>
    ledger.database.query("SELECT job_id, run FROM outbox WHERE kind = 'work' ORDER BY job_id");
  const held = (): Promise<object[]> => ledger.database.query('SELECT id, held FROM jobs ORDER BY id');

  it('starts nothing on a broker that has lost its data', async () => {
    const { batch, ids } = await enter(2);
    const [queued = '', retrying = ''] = ids;
    await release();
    await ledger.database.query('DELETE FROM outbox');
    const retry = "UPDATE jobs SET status = 'retrying', next_attempt_at = now() + interval '1 h' WHERE id = $1";
    await ledger.database.query(retry, [retrying]);
    await pauses.pause(batch);
    await new SentinelStore(ledger.database).watch(async (watch) => {
      let after: ResendPosition | undefined;
      do after = (await watch.sendAgain(after))?.upTo;
      while (after !== undefined);
      await watch.mended();
    });
    expect(await outbox()).toEqual([{ job_id: retrying, run: 2 }]);
    expect(await new InForceStore(ledger.database).voids(10, null)).toEqual([
      { job: retrying, upTo: 2, begun: 'spared' },
    ]);
    await pauses.resume(batch);
    await release();
    expect(await outbox()).toEqual([queued, retrying].toSorted().map((job_id) => ({ job_id, run: 2 })));
  });

  it('holds nothing once it is resumed, though the pause is still at work', async () => {
    const { batch, ids } = await enter(1);
    let pausing: Promise<void> | undefined;
    await ledger.database.transaction(async (transaction) => {
      await transaction.query('SELECT FROM jobs WHERE batch_id = $1 FOR NO KEY UPDATE', [batch]);
      pausing = pauses.pause(batch);
      const blocked = "SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%FROM jobs%'";
      while ((await ledger.database.query(blocked)).length === 0);
      await transaction.query('UPDATE batches SET paused_at = NULL WHERE id = $1', [batch]);
    });
    await pausing;
    expect(await held()).toEqual(ids.map((id) => ({ id, held: 'turn' })));
  });

  it('leaves the line to those behind it when its pause broke off', async () => {
    const { batch, ids } = await enter(1);
    const { ids: behind } = await enter(1);
    await ledger.database.query('UPDATE batches SET paused_at = now() WHERE id = $1', [batch]);
    await release(1);
    await release(1);
    expect(await outbox()).toEqual(behind.map((job_id) => ({ job_id, run: 1 })));
    expect(await held()).toContainEqual({ id: ids[0], held: 'batch' });
  });

  it('goes on though its resume broke off, its jobs in the lines that they had; what is paused stays', async () => {
    const { batch, ids } = await enter(3);
    const { batch: other, ids: kept } = await enter(1);
    const [keyed = ''] = ids;
    await ledger.database.query("UPDATE jobs SET concurrency_key = 'k' WHERE id = $1", [keyed]);
    for (const each of [batch, other]) await pauses.pause(each);
    await ledger.database.query('UPDATE batches SET paused_at = NULL WHERE id = $1', [batch]);
    const due = new DueStore(ledger.database);
    expect([await due.resume(2), await due.resume(2), await due.resume(2)]).toEqual([2, 1, 0]);
    const line = new Map([[keyed, 'key'], ...kept.map((id) => [id, 'batch'] as const)]);
    expect(await held()).toEqual([...ids, ...kept].toSorted().map((id) => ({ id, held: line.get(id) ?? 'turn' })));
  });

  it('stays paused with all that is below it when its resume broke off before it had reached that', async () => {
    const { batch, ids } = await enter(1);
    const [spawner = ''] = ids;
    const { ids: below } = await enter(1);
    await ledger.database.query('INSERT INTO batches (id, tenant, total) VALUES ($1, $2, 1)', [spawner, 'default']);
    await ledger.database.query('UPDATE jobs SET batch_id = $1 WHERE id = ANY($2)', [spawner, below]);
    await pauses.pause(batch);
    let resuming: Promise<unknown> | undefined;
    await ledger.database.transaction(async (transaction) => {
      await transaction.query('SELECT FROM batches WHERE id = $1 FOR UPDATE', [spawner]);
      resuming = pauses.resume(batch).catch((error: unknown) => error);
      const cancelled = `SELECT pg_cancel_backend(pid) FROM pg_stat_activity
        WHERE wait_event_type = 'Lock' AND query LIKE '%UPDATE batches%'`;
      while ((await ledger.database.query(cancelled)).length === 0);
    });
    expect(await resuming).toBeInstanceOf(LedgerUnavailableError);
    const paused = await ledger.database.query('SELECT id FROM batches WHERE paused_at IS NOT NULL ORDER BY id');
    expect(paused).toEqual([batch, spawner].toSorted().map((id) => ({ id })));
  });

  it('waits for nobody who pauses it just then, or has one of its jobs in hand', async () => {
    const { batch, ids } = await enter(2);
    await pauses.pause(batch);
    await ledger.database.query('UPDATE batches SET paused_at = NULL WHERE id = $1', [batch]);
    const due = new DueStore(ledger.database);
    await ledger.database.transaction(async (transaction) => {
      await transaction.query('UPDATE batches SET paused_at = now() WHERE id = $1', [batch]);
      expect(await due.resume(10)).toBe(0);
      await transaction.query('UPDATE batches SET paused_at = NULL WHERE id = $1', [batch]);
    });
    await ledger.database.transaction(async (transaction) => {
      await transaction.query('SELECT FROM jobs WHERE id = $1 FOR NO KEY UPDATE', [ids[0]]);
      expect(await due.resume(10)).toBe(1);
    });
    expect(await due.resume(10)).toBe(1);
  });

  it('is looked at again a moment later by whoever looks for due jobs', async () => {
    const { batch } = await enter(1);
    await pauses.pause(batch);
    await ledger.database.query('UPDATE batches SET paused_at = NULL WHERE id = $1', [batch]);
    const room = { full: false, add: () => undefined };
    const woken = new Promise<void>((resolve) => {
      const jobs = new DueJobs(
        new DueStore(ledger.database),
        { ...IDLE_DISPATCH, wake: () => void jobs.stop().then(resolve) },
        room,
      );
      jobs.start();
    });
    await woken;
    expect(await held()).toMatchObject([{ held: 'turn' }]);
  });

  it('keeps the void of a retry in force that comes due after long, however old the void is', async () => {
    const { batch } = await enter(1);
    await release();
    await ledger.database.query('DELETE FROM outbox');
    const due = "UPDATE jobs SET status = 'retrying', next_attempt_at = now() + $1::interval";
    await ledger.database.query(due, ['15 minutes']);
    await pauses.pause(batch);
    await ledger.database.query("UPDATE voids SET since = now() - interval '2 hours'");
    const old = new OldVoidStore(ledger.database, reconcilerTimes(60_000));
    await old.watch();
    expect(await old.waves()).toEqual([]);
    await ledger.database.query(due, ['-1 hour']);
    await old.watch();
    expect(await old.waves()).toEqual([expect.objectContaining({ queue: 'lab' })]);
  });

  it('stops what may not go on as well as what may, though both are of one job', async () => {
    const job = uuidv7();
    const runs =
      "INSERT INTO voids (job_id, run, queue, spares_begun) VALUES ($1, 1, 'lab', false), ($1, 2, 'lab', true)";
    await ledger.database.query(runs, [job]);
    expect(await new InForceStore(ledger.database).voids(1, null)).toEqual([
      { job, upTo: 1 },
      { job, upTo: 2, begun: 'spared' },
    ]);
  });

  it('lets a job go with its own priority that was to be sent before others when it was held', async () => {
    const { batch } = await enter(1);
    await ledger.database.query('UPDATE jobs SET sent_priority = 9');
    await pauses.pause(batch);
    await pauses.resume(batch);
    await release();
    expect(await ledger.database.query('SELECT held, sent_priority FROM jobs')).toEqual([
      { held: null, sent_priority: null },
    ]);
  });
});
