import { type Job } from '#libs/contracts';
import { blamesContent, type Queries } from './database.js';
import { type InsertOptions, insertJobs } from './job-insert.js';
import { jobOf, type JobRecord, JOB_COLUMNS } from './job-row.js';
import { type NewJob } from './new-job.js';
import { type ScheduleRun } from './schedule-run.js';
import { SCHEDULE_COLUMNS, scheduleOf, type ScheduleRecord, type ScheduleRow } from './schedule-row.js';

/** Runs that are kept of each schedule. */
const RUNS_KEPT = 1_000;

/** What became of a tick, or of a start by hand, and when its schedule is due next. */
export interface Ticked extends Pick<ScheduleRun, 'tick' | 'outcome' | 'jobId' | 'reason'> {
  readonly schedule: ScheduleRecord;
  readonly nextRunAt: Date | null;
}

/** What became of a job on its way in: its id may be another's, or there may be something in it that no row can hold. */
export type Entry = 'entered' | 'taken' | 'unstorable';

/** Locks schedules that are due and that nobody else has in hand, and reads the database's clock. */
export async function lockDue(
  transaction: Queries,
  limit: number,
): Promise<{ readonly now: Date; readonly schedules: readonly ScheduleRecord[] }> {
  const rows = await transaction.query<ScheduleRow & { readonly now: Date }>(
    `SELECT ${SCHEDULE_COLUMNS}, now() AS now FROM schedules WHERE next_run_at <= now()
     ORDER BY next_run_at LIMIT $1 FOR NO KEY UPDATE SKIP LOCKED`,
    [limit],
  );
  return { now: rows[0]?.now ?? new Date(), schedules: rows.map(scheduleOf) };
}

/** Locks a schedule; with a tenant, only that tenant's. */
export async function lockSchedule(
  transaction: Queries,
  { id, tenant }: { readonly id: string; readonly tenant: string | null },
): Promise<ScheduleRecord | undefined> {
  const [row] = await transaction.query<ScheduleRow>(
    `SELECT ${SCHEDULE_COLUMNS} FROM schedules WHERE id = $1 AND ($2::text IS NULL OR tenant = $2) FOR NO KEY UPDATE`,
    [id, tenant],
  );
  return row === undefined ? undefined : scheduleOf(row);
}

/** The last jobs that have not ended, of those schedules that mind. */
export async function openJobs(
  transaction: Queries,
  schedules: readonly ScheduleRecord[],
): Promise<ReadonlySet<string>> {
  const last = schedules.flatMap(({ overlap, lastJobId }) =>
    overlap === 'allow' || lastJobId === null ? [] : [lastJobId],
  );
  if (last.length === 0) return new Set();
  const rows = await transaction.query<{ id: string }>(
    'SELECT id FROM jobs WHERE id = ANY($1::uuid[]) AND completed_at IS NULL',
    [last],
  );
  return new Set(rows.map(({ id }) => id));
}

/** A job that was entered in this transaction. */
export async function readJob(transaction: Queries, id: string): Promise<Job> {
  const [row] = await transaction.query<JobRecord>(`SELECT ${JOB_COLUMNS} FROM jobs WHERE id = $1`, [id]);
  if (row === undefined) throw new Error(`The job ${id} was entered and is not there.`);
  return jobOf(row);
}

/** Enters jobs; one that cannot be stored leaves the others and the transaction unharmed. */
export async function enterJobs(
  transaction: Queries,
  jobs: readonly NewJob[],
  options: InsertOptions,
): Promise<Map<string, Entry>> {
  if (jobs.length === 0) return new Map();
  await transaction.query('SAVEPOINT entering');
  try {
    const entered = new Set((await insertJobs(transaction, jobs, options)).map(({ id }) => id));
    return new Map(jobs.map(({ id }) => [id, entered.has(id) ? 'entered' : 'taken']));
  } catch (error) {
    if (!blamesContent(error)) throw error;
    await transaction.query('ROLLBACK TO SAVEPOINT entering');
  }
  const [first, ...others] = jobs;
  if (first === undefined || others.length === 0) return new Map(jobs.map(({ id }) => [id, 'unstorable']));
  const entries = new Map<string, Entry>();
  for (const job of jobs)
    for (const [id, entry] of await enterJobs(transaction, [job], options)) entries.set(id, entry);
  return entries;
}

/** Notes what became of ticks and moves their schedules on. */
export async function noteRuns(transaction: Queries, ticked: readonly Ticked[]): Promise<void> {
  if (ticked.length === 0) return;
  const column = <T>(pick: (one: Ticked) => T): T[] => ticked.map(pick);
  await transaction.query(NOTE_RUNS, [
    column(({ schedule }) => schedule.id),
    column(({ nextRunAt }) => nextRunAt),
    column(({ tick }) => tick),
    column(({ outcome }) => outcome),
    column(({ jobId }) => jobId),
    column(({ reason }) => (reason === null ? null : JSON.stringify(reason))),
  ]);
}

const NOTE_RUNS = `
WITH ran AS (
  UPDATE schedules SET runs = runs + 1, next_run_at = new.next_run_at, last_job_id = coalesce(new.job_id, last_job_id)
  FROM unnest($1::uuid[], $2::timestamptz[], $3::timestamptz[], $4::text[], $5::uuid[], $6::text[])
    AS new (id, next_run_at, tick, outcome, job_id, reason)
  WHERE schedules.id = new.id
  RETURNING schedules.id, schedules.runs AS number, new.tick, new.outcome, new.job_id, new.reason
), noted AS (
  INSERT INTO schedule_runs (schedule_id, number, tick, outcome, job_id, reason)
  SELECT id, number, tick, outcome, job_id, reason::json FROM ran
)
DELETE FROM schedule_runs USING ran
WHERE schedule_runs.schedule_id = ran.id AND schedule_runs.number <= ran.number - ${RUNS_KEPT}`;
