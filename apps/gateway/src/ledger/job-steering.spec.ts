import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { uuidv7 } from 'uuidv7';
import { type RunReport } from '#libs/contracts';
import { IDLE_DISPATCH } from '../testing/idle-dispatch.js';
import { newJob } from '../testing/new-job.js';
import { type RealLedger, startRealLedger } from '../testing/real-ledger.js';
import { HeldStore } from './held-store.js';
import { InForceStore } from './in-force-store.js';
import { JobSteering } from './job-steering.js';
import { JobStore } from './job-store.js';
import { type NewJob } from './new-job.js';
import { type OutboxEntry } from './outbox.js';
import { OutboxStore } from './outbox-store.js';
import { ReportStore } from './report-store.js';

const START_MS = 60_000;
const about = (job: string, run: number): { job: string; run: number; worker: string } => ({
  job,
  run,
  worker: 'lab@t',
});

describe('JobSteering', () => {
  let ledger: RealLedger;
  let jobs: JobStore;
  let outbox: OutboxStore;
  let reports: ReportStore;
  let inForce: InForceStore;
  let steering: JobSteering;
  let hurried = 0;

  beforeAll(async () => {
    ledger = await startRealLedger();
    const { database } = ledger;
    await database.query(
      "INSERT INTO domains (name, queue_key, queue_type, queue_number) VALUES ('lab', 'lab.classic-1', 'classic', 1)",
    );
    jobs = new JobStore(database, IDLE_DISPATCH);
    outbox = new OutboxStore(database);
    reports = new ReportStore(database);
    inForce = new InForceStore(database);
    steering = new JobSteering(database, { hurry: () => void (hurried += 1) });
  }, START_MS);

  afterAll(() => ledger.stop());

  const enter = async (changes: Partial<NewJob> = {}): Promise<string> => (await jobs.accept(newJob(changes))).job.id;
  /** As the relay: everything is confirmed. */
  const send = async (): Promise<void> => {
    await outbox.confirm((await outbox.claim(100)).map(({ id }) => id));
  };
  const sent = async (changes: Partial<NewJob> = {}): Promise<string> => {
    const id = await enter(changes);
    await send();
    return id;
  };
  const report = (...heard: RunReport[]): Promise<{ toSend: boolean; strangers: readonly unknown[] }> =>
    reports.apply(heard.map((one) => ({ domain: 'lab', report: one })));
  const started = (job: string, run: number): RunReport => ({
    ...{ type: 'started', ...about(job, run), attempt: 1, at: new Date().toISOString() },
  });
  const voided = (job: string, run: number): RunReport => ({ type: 'returned', ...about(job, run), reason: 'voided' });
  const failed = (job: string, run: number, attempt: number): RunReport => ({
    ...{ type: 'ended', ...about(job, run), attempt, startedAt: new Date().toISOString(), durationMs: 1 },
    outcome: { kind: 'reject', failure: { code: 'bad', message: 'It cannot be done.' } },
  });
  const control = async (): Promise<unknown[]> => {
    const rows = await outbox.claimControl(100);
    await outbox.confirm(rows.map(({ id }) => id));
    return rows.map((row) => (row.kind === 'void' ? row.voided : row));
  };
  const columns = async (id: string, names: string): Promise<unknown> =>
    (await ledger.database.query(`SELECT ${names} FROM jobs WHERE id = $1`, [id]))[0];

  it('takes back what has not left, so that nothing is voided for ever', async () => {
    const id = await enter();
    expect(await steering.cancel([id])).toEqual([id]);
    expect(await jobs.find(id, null)).toMatchObject({ status: 'cancelled', version: 2 });
    expect(await outbox.claim(10)).toEqual([]);
    expect(await control()).toEqual([]);
    expect(await inForce.voids(10, null)).toEqual([]);
  });

  /** What goes out when those have had their turn that waited for it. */
  async function claimReleased(): Promise<OutboxEntry[]> {
    await new HeldStore(ledger.database).look({ windowOf: () => 100, most: 100, claimed: false, random: () => 0 });
    return outbox.claim(10);
  }

  it('voids nothing for a job that is cancelled and retried before it has left', async () => {
    const id = await enter();
    await steering.cancel([id]);
    expect(await steering.retry([id])).toEqual([id]);
    expect([await control(), await inForce.countVoids()]).toEqual([[], 0]);
    expect(await claimReleased()).toMatchObject([{ kind: 'work', order: { jobId: id, run: 2 } }]);
  });

  it('voids nothing that no queue has taken', async () => {
    const id = await enter();
    await outbox.park(
      (await outbox.claim(10)).map((row) => row.id),
      'returned',
    );
    await steering.cancel([id]);
    expect([await control(), await inForce.countVoids()]).toEqual([[], 0]);
  });

  it('voids what may be out until it has come back', async () => {
    const before = hurried;
    const id = await sent();
    await steering.cancel([id]);
    expect(hurried).toBe(before + 1);
    expect(await control()).toEqual([{ job: id, upTo: 1 }]);
    expect(await inForce.voids(10, null)).toEqual([{ job: id, upTo: 1 }]);
    // It was begun nevertheless: its worker is told again, and goes on being told of until it has stopped.
    expect(await report(started(id, 1))).toMatchObject({ toSend: true });
    expect(await control()).toEqual([{ job: id, upTo: 1 }]);
    expect(await inForce.countVoids()).toBe(1);
    expect(await report(voided(id, 1))).toMatchObject({ toSend: false, strangers: [] });
    expect(await inForce.countVoids()).toBe(0);
    expect(await jobs.find(id, null)).toMatchObject({ status: 'cancelled' });
  });

  it('sends a waiting job anew with its new priority, and voids what is out', async () => {
    const id = await sent();
    expect(await steering.change([id], { priority: 8, dueAt: undefined })).toMatchObject({ changed: [id] });
    expect(await control()).toEqual([{ job: id, upTo: 1 }]);
    const [entry] = await claimReleased();
    expect(entry).toMatchObject({ kind: 'work', order: { jobId: id, run: 2, priority: 8 } });
    await outbox.confirm([entry?.id ?? '']);
    await report(voided(id, 1), started(id, 1));
    expect(await jobs.find(id, null)).toMatchObject({ status: 'queued', priority: 8 });
    await report(started(id, 2));
    await steering.change([id], { priority: 1, dueAt: undefined });
    expect(await jobs.find(id, null)).toMatchObject({ status: 'running', priority: 8 });
  });

  it('tells a job that waits so already from one that does not wait, by what they were while nothing else could move them', async () => {
    const [waiting, running, ended] = [await enter(), await sent(), await enter()];
    await report(started(running, 1));
    await steering.cancel([ended]);
    const { priority } = (await jobs.find(waiting, null)) ?? {};
    expect(await steering.change([waiting, running, ended], { priority, dueAt: undefined })).toEqual({
      changed: [],
      notWaiting: new Map([
        [running, 'running'],
        [ended, 'cancelled'],
      ]),
    });
  });

  it('has a job that is out wait for another time, and leaves nothing in force when it is cancelled', async () => {
    const id = await sent();
    const dueAt = new Date(Date.now() + 3_600_000);
    await steering.change([id], { priority: undefined, dueAt });
    expect(await control()).toEqual([{ job: id, upTo: 1 }]);
    await report(voided(id, 1));
    expect(await outbox.claim(10)).toEqual([]);
    expect(await columns(id, 'status, run, scheduled_for')).toEqual({
      status: 'scheduled',
      run: 2,
      scheduled_for: dueAt,
    });
    await steering.cancel([id]);
    expect([await control(), await inForce.countVoids()]).toEqual([[], 0]);
  });

  it('keeps no void of a run whose end was read before its start', async () => {
    const id = await sent();
    await report(failed(id, 1, 1));
    await report(started(id, 1));
    expect(await control()).toEqual([{ job: id, upTo: 1 }]);
    expect(await inForce.countVoids()).toBe(0);
    const other = await sent();
    await steering.cancel([other]);
    await report(started(other, 1), voided(other, 1));
    expect(await inForce.countVoids()).toBe(0);
    await control();
  });

  it('keeps no void of a message that came back before, and tells its worker all the same', async () => {
    const id = await sent();
    await report(started(id, 1), { type: 'returned', ...about(id, 1), reason: 'redelivered' });
    expect(await steering.cancel([id])).toEqual([id]);
    expect(await jobs.find(id, null)).toMatchObject({ status: 'running' });
    expect([await control(), await inForce.countVoids()]).toEqual([[{ job: id, upTo: 1 }], 0]);
  });

  it('steers many at once, and leaves those as they are that it does not fit', async () => {
    const ids = await Promise.all([sent(), sent({ scheduledFor: new Date(Date.now() + 3_600_000) }), enter()]);
    expect((await steering.cancel([...ids, uuidv7(), 'no id'])).sort()).toEqual([...ids].sort());
    expect(await steering.cancel(ids)).toEqual([]);
    expect(await steering.retry([...ids].reverse())).toHaveLength(3);
    expect(await steering.retry(ids)).toEqual([]);
    await steering.cancel(ids);
    await control();
    await ledger.database.query('DELETE FROM voids');
  });

  it('retries with further attempts and without the traces of the first life', async () => {
    const id = await sent({ maxAttempts: 2, expiresAt: new Date(Date.now() + 3_600_000) });
    await report(failed(id, 1, 1));
    const letters = (): Promise<unknown[]> =>
      ledger.database.query('SELECT run FROM dead_letters WHERE job_id = $1', [id]);
    expect(await letters()).toEqual([{ run: 1 }]);
    await outbox.confirm((await outbox.claim(10)).map((row) => row.id));

    expect(await steering.retry([id])).toEqual([id]);
    expect(await letters()).toEqual([]);
    expect(await jobs.find(id, null)).toMatchObject({
      ...{ status: 'queued', attempt: 1, maxAttempts: 4, completedAt: null, startedAt: null, workerId: null },
      error: { code: 'bad', attempt: 1 },
    });
    expect(await columns(id, 'run, first_max_attempts, expires_at')).toEqual({
      ...{ run: 2, first_max_attempts: 2, expires_at: null },
    });
    expect(await claimReleased()).toMatchObject([{ kind: 'work', order: { run: 2, attempt: 2, maxAttempts: 4 } }]);

    await report(failed(id, 2, 2));
    await steering.retry([id]);
    expect(await jobs.find(id, null)).toMatchObject({ attempt: 2, maxAttempts: 6 });
    await control();
  });

  it('deletes a final job whole, and still knows its message', async () => {
    const id = await sent();
    const removed: string[] = [];
    const removeFiles = (): Promise<unknown> => Promise.resolve(removed.push(id));
    expect(await steering.remove(id, removeFiles)).toBe('job_not_ended');
    expect(removed).toEqual([]);
    await steering.cancel([id]);
    await control();
    await expect(steering.remove(id, () => Promise.reject(new Error('The disk is away.')))).rejects.toThrow('disk');
    expect(await jobs.find(id, null)).toMatchObject({ status: 'cancelled' });
    expect(await steering.remove(id, removeFiles)).toBeUndefined();
    expect(await jobs.find(id, null)).toBeUndefined();

    expect(await inForce.voids(10, null)).toEqual([{ job: id, upTo: 1 }]);
    expect(await report(started(id, 1))).toMatchObject({ toSend: true, strangers: [] });
    expect(await control()).toEqual([{ job: id, upTo: 1 }]);
    expect(await reports.apply([{ domain: 'other', report: voided(id, 1) }])).toMatchObject({ strangers: [{}] });
    expect(await inForce.countVoids()).toBe(1);
    expect(await report(voided(id, 1))).toMatchObject({ toSend: false, strangers: [] });
    expect(await inForce.countVoids()).toBe(0);
  });

  it('ends a race of a cancel and an outcome in one of both', async () => {
    const ids = await Promise.all(Array.from({ length: 16 }, () => sent()));
    await report(...ids.map((id) => started(id, 1)));
    const done = (job: string): RunReport => ({
      ...{ type: 'ended', ...about(job, 1), attempt: 1, startedAt: new Date().toISOString(), durationMs: 1 },
      outcome: { kind: 'done', result: null },
    });
    const [cancelled] = await Promise.all([
      Promise.all(ids.map((id) => steering.cancel([id]))),
      Promise.all(ids.map((id) => report(done(id)))),
    ]);
    const rows = await ledger.database.query<{ status: string; completed: boolean }>(
      `SELECT status, completed_at IS NOT NULL AS completed FROM jobs WHERE id = ANY($1)`,
      [ids],
    );
    expect(new Set(rows.map(({ status }) => status))).toEqual(new Set(['completed']));
    expect(cancelled.flat().length).toBeLessThanOrEqual(16);
    expect(await inForce.countVoids()).toBe(0);
    await control();
  });

  it('reads what is in force in pages', async () => {
    const ids = (await Promise.all(Array.from({ length: 5 }, () => sent()))).sort();
    await steering.cancel(ids);
    const first = await inForce.voids(3, null);
    const rest = await inForce.voids(3, first.at(-1)?.job ?? null);
    expect([...first, ...rest].map(({ job }) => job)).toEqual(ids);
  });

  it('keeps a final job and its files while an open job names one of them', async () => {
    const id = await sent();
    await steering.cancel([id]);
    const { job: needing } = await jobs.accept(newJob({ files: [id] }));
    const removed: string[] = [];
    const removeFiles = (): Promise<unknown> => Promise.resolve(removed.push(id));
    expect([await steering.remove(id, removeFiles), removed]).toEqual(['files_named', []]);
    await steering.cancel([needing.id]);
    expect([await steering.remove(id, removeFiles), removed]).toEqual([undefined, [id]]);
  });
});
