import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { IDLE_DISPATCH } from '../testing/idle-dispatch.js';
import { newJob } from '../testing/new-job.js';
import { type RealLedger, startRealLedger } from '../testing/real-ledger.js';
import { DueStore } from './due-store.js';
import { HeldStore } from './held-store.js';
import { JobStore } from './job-store.js';

const START_MS = 60_000;

describe('DueStore', () => {
  let ledger: RealLedger;
  let due: DueStore;
  let jobs: JobStore;

  beforeAll(async () => {
    ledger = await startRealLedger();
    due = new DueStore(ledger.database);
    jobs = new JobStore(ledger.database, IDLE_DISPATCH);
  }, START_MS);

  afterAll(() => ledger.stop());

  const enter = async (times: { scheduledFor?: Date; expiresAt?: Date }): Promise<string> => {
    const job = newJob({ maxAttempts: 1, ...times });
    await jobs.accept(job);
    return job.id;
  };
  const past = new Date(Date.now() - 60_000);
  const future = new Date(Date.now() + 3_600_000);
  const outboxOf = (id: string): Promise<{ kind: string; run: number }[]> =>
    ledger.database.query('SELECT kind, run FROM outbox WHERE job_id = $1 ORDER BY id', [id]);

  it('says for what there are jobs whose time has come', async () => {
    await enter({ scheduledFor: future, expiresAt: future });
    expect(await due.now()).toEqual({ late: false, due: false, paused: false });
    const job = await enter({ scheduledFor: past });
    expect(await due.now()).toEqual({ late: false, due: true, paused: false });
    await due.release(10);
    await ledger.database.query("UPDATE jobs SET expires_at = now(), held = 'batch' WHERE id = $1", [job]);
    expect(await due.now()).toEqual({ late: true, due: false, paused: true });
    await ledger.database.query('DELETE FROM jobs');
  });

  it('queues the scheduled jobs whose time has come, each once, and no others: they wait for their turn', async () => {
    const now = await enter({ scheduledFor: past });
    const later = await enter({ scheduledFor: future });
    const released = await Promise.all([due.release(10), due.release(10)]);
    expect(released.reduce((sum, count) => sum + count, 0)).toBe(1);
    expect(await jobs.find(now, null)).toMatchObject({ status: 'queued', version: 2 });
    expect(await outboxOf(now)).toEqual([]);
    await new HeldStore(ledger.database).look({ windowOf: () => 100, most: 100, claimed: false, random: () => 0 });
    expect(await outboxOf(now)).toEqual([{ kind: 'work', run: 1 }]);
    expect(await jobs.find(later, null)).toMatchObject({ status: 'scheduled', version: 1 });
    expect(await outboxOf(later)).toEqual([]);
  });

  it('cancels what has not started in its time, and voids only messages that may be out', async () => {
    const unsent = await enter({ expiresAt: past });
    const queued = await enter({ expiresAt: past });
    await ledger.database.query('UPDATE outbox SET taken = true WHERE job_id = $1', [queued]);
    const scheduled = await enter({ scheduledFor: future, expiresAt: past });
    const patient = await enter({ expiresAt: future });
    const started = await enter({ expiresAt: past });
    await ledger.database.query("UPDATE jobs SET status = 'running', started_at = now() WHERE id = $1", [started]);
    expect(await due.expire(10)).toBe(3);
    for (const id of [unsent, queued, scheduled]) {
      const job = await jobs.find(id, null);
      expect(job).toMatchObject({ status: 'cancelled', startedAt: null, error: { code: 'expired', attempt: 0 } });
      expect(job?.completedAt).not.toBeNull();
    }
    expect(await outboxOf(queued)).toEqual([
      { kind: 'work', run: 1 },
      { kind: 'void', run: 1 },
    ]);
    expect(await outboxOf(unsent)).toEqual([]);
    expect(await outboxOf(scheduled)).toEqual([]);
    expect(await ledger.database.query('SELECT job_id, run, queue FROM voids')).toEqual([
      { job_id: queued, run: 1, queue: 'lab' },
    ]);
    expect(await jobs.find(patient, null)).toMatchObject({ status: 'queued' });
    expect(await jobs.find(started, null)).toMatchObject({ status: 'running' });
  });
});
