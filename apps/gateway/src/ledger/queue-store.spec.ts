import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type RunReport } from '#libs/contracts';
import { IDLE_DISPATCH } from '../testing/idle-dispatch.js';
import { newJob } from '../testing/new-job.js';
import { type RealLedger, startRealLedger } from '../testing/real-ledger.js';
import { JobSteering } from './job-steering.js';
import { JobStore } from './job-store.js';
import { type NewJob } from './new-job.js';
import { bucketOf, middleOf, MinuteStore } from './queue-counts.js';
import { type QueueRecord, QueueStore } from './queue-store.js';
import { ReportStore } from './report-store.js';

const START_MS = 60_000;
const SILENT = { hurry: (): void => undefined };

describe('QueueStore', () => {
  let ledger: RealLedger;
  let jobs: JobStore;
  let steering: JobSteering;
  let reports: ReportStore;

  beforeAll(async () => {
    ledger = await startRealLedger();
    const { database } = ledger;
    jobs = new JobStore(database, IDLE_DISPATCH);
    steering = new JobSteering(database, SILENT);
    reports = new ReportStore(database);
    await database.query(
      `INSERT INTO domains (name, queue_key, queue_type, queue_number)
       VALUES ('lab', 'lab.classic-1', 'classic', 1), ('idle', 'idle.classic-1', 'classic', 1)`,
    );
  }, START_MS);

  afterAll(() => ledger.stop());

  const enter = async (changes: Partial<NewJob> = {}): Promise<string> => (await jobs.accept(newJob(changes))).job.id;
  const ended = (job: string, durationMs: number, kind: 'done' | 'reject'): RunReport => ({
    ...{ type: 'ended', job, run: 1, worker: 'lab@t', attempt: 1, durationMs },
    startedAt: new Date(Date.now() - durationMs).toISOString(),
    outcome:
      kind === 'done' ? { kind, result: null } : { kind, failure: { code: 'bad', message: 'It cannot be done.' } },
  });
  const say = async (...said: RunReport[]): Promise<void> => {
    await ledger.database.query("UPDATE jobs SET created_at = now() - interval '1 hour'");
    await reports.apply(said.map((report) => ({ domain: 'lab', report })));
  };
  /** As another gateway sees it, which has nothing in memory. */
  const lab = async (): Promise<QueueRecord | undefined> => new QueueStore(ledger.database, SILENT).find('lab');

  it('counts what is open, what has ended, and what was retried or deleted since', async () => {
    const [, done, deleted, bad, retried, dropped] = await Promise.all(Array.from({ length: 6 }, () => enter()));
    await enter({ scheduledFor: new Date(Date.now() + 3_600_000) });
    const all = [done, deleted, bad, retried, dropped].map((id) => id ?? '');
    await say(
      ...all.slice(0, 2).map((id) => ended(id, 100, 'done')),
      ...all.slice(2, 4).map((id) => ended(id, 900, 'reject')),
    );
    await steering.cancel([all[4] ?? '']);
    expect(await lab()).toMatchObject({ waiting: 1, scheduled: 1, active: 0, completed: 2, failed: 2, dead: 2 });
    await steering.remove(all[1] ?? '', () => Promise.resolve());
    await steering.retry([all[3] ?? '']);
    expect(await lab()).toMatchObject({ waiting: 2, completed: 1, failed: 1, dead: 1, throughput: 0.08 });

    await ledger.database.query("UPDATE queue_minutes SET minute = minute - interval '2 hours', counter = counter + 1");
    await new MinuteStore(ledger.database).fold();
    await say(ended(all[3] ?? '', 10, 'done')); // an older run's result counts
    expect(await lab()).toMatchObject({ waiting: 1, completed: 2, failed: 1, throughput: 0.02 });
    expect(await ledger.database.query("SELECT queue FROM queue_minutes WHERE minute = '-infinity'")).toHaveLength(1);
  });

  it('gives the average and quantiles of executions in the last hour', async () => {
    await ledger.database.query('TRUNCATE queue_durations');
    const ids = await Promise.all(Array.from({ length: 100 }, () => enter()));
    await say(...ids.map((id, index) => ended(id, index < 90 ? 100 : 5_000, 'done')));
    const { avg, p50, p95 } = (await lab())?.processingTime ?? { avg: 0, p50: 0, p95: 0 };
    expect(avg).toBe(590);
    expect(Math.abs((p50 ?? 0) / 100 - 1)).toBeLessThan(0.05);
    expect(Math.abs((p95 ?? 0) / 5_000 - 1)).toBeLessThan(0.05);
  });

  it('gives the average and quantiles of how long runs had waited, each counted as it begins', async () => {
    await ledger.database.query('TRUNCATE queue_durations');
    const ids = await Promise.all(Array.from({ length: 100 }, () => enter()));
    await ledger.database.query("UPDATE jobs SET queued_at = now() - interval '3 seconds' WHERE id = ANY($1)", [
      ids.slice(0, 90),
    ]);
    await ledger.database.query("UPDATE jobs SET queued_at = now() - interval '61 seconds' WHERE id = ANY($1)", [
      ids.slice(90),
    ]);
    const at = new Date(Date.now() - 1_000).toISOString();
    await say(...ids.map((job): RunReport => ({ type: 'started', job, run: 1, worker: 'lab@t', attempt: 1, at })));
    expect((await lab())?.processingTime.p50).toBeNull();
    await say(...ids.map((id) => ended(id, 1_000, 'done')));
    const { avg, p50, p95 } = (await lab())?.waitingTime ?? { avg: 0, p50: 0, p95: 0 };
    expect(Math.abs((avg ?? 0) / 7_800 - 1)).toBeLessThan(0.05);
    expect(Math.abs((p50 ?? 0) / 2_000 - 1)).toBeLessThan(0.1);
    expect(Math.abs((p95 ?? 0) / 60_000 - 1)).toBeLessThan(0.06);
    expect(await ledger.database.query('SELECT sum(waits)::int AS waits FROM queue_durations')).toEqual([
      { waits: 100 },
    ]);
  });

  it('says how long the oldest job waits, from when it was queued last', async () => {
    await ledger.database.query("UPDATE jobs SET queued_at = now() - interval '1 minute' WHERE status = 'queued'");
    expect((await lab())?.oldestWaitingMs).toBeGreaterThanOrEqual(60_000);
    const waiting = await ledger.database.query<{ id: string }>("SELECT id FROM jobs WHERE status = 'queued'");
    const ids = waiting.map(({ id }) => id);
    await steering.cancel(ids);
    await steering.retry(ids);
    expect((await lab())?.oldestWaitingMs).toBeLessThan(10_000);
  });

  it('counts workers that were heard of just now, and answers from memory for a second', async () => {
    const queues = new QueueStore(ledger.database, SILENT);
    await ledger.database.query(
      `INSERT INTO workers (id, domain, app_version, concurrency, runs, seq, heard_at)
       VALUES ('a', 'lab', '1.0.0', 4, '[]', 1, now()), ('b', 'lab', '1.0.0', 4, '[]', 1, now() - interval '11 seconds')`,
    );
    expect((await queues.all()).map(({ name, consumers }) => [name, consumers])).toEqual([
      ['idle', 0],
      ['lab', 1],
    ]);
    await ledger.database.query('DELETE FROM workers');
    expect((await queues.find('lab'))?.consumers).toBe(1);
    await queues.setPaused('lab', true);
    expect(await queues.find('lab')).toMatchObject({ paused: true, consumers: 1 });
  });

  it('has buckets whose middles are within 5 % of what is in them', () => {
    for (const ms of [1, 2, 3, 10, 99, 1_234, 60_000, 43_200_000]) {
      expect(Math.abs(middleOf(bucketOf(ms)) / ms - 1)).toBeLessThan(0.05);
    }
    expect(middleOf(bucketOf(0.4))).toBe(0);
  });
});
