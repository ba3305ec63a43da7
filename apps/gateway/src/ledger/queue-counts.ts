import { isFinal, type JobStatus } from '#libs/contracts';
import { type JobState } from '../tracker/job-state.js';
import { type KeyedQueries, type Queries } from './database.js';
import { type DecidedJob } from './decided-job.js';
import { type PreparedStatement } from './statement.js';

/** Buckets of the histogram of durations for each doubling: neighbours differ by 9 %. */
const BUCKETS_PER_DOUBLING = 8;

/** The bucket that a duration belongs to. */
export function bucketOf(ms: number): number {
  return ms < 1 ? 0 : 1 + Math.floor(Math.log2(ms) * BUCKETS_PER_DOUBLING);
}

/** The duration in the middle of a bucket, in milliseconds. */
export function middleOf(bucket: number): number {
  return bucket === 0 ? 0 : 2 ** ((bucket - 0.5) / BUCKETS_PER_DOUBLING);
}

const LEAST_OF_CLASSES = [3, 6, 8];

/** The class of a priority, for what is counted: 0 low, 1 normal, 2 high, 3 critical. */
export function classOf(priority: number): number {
  return LEAST_OF_CLASSES.filter((least) => priority >= least).length;
}

/**
 * Counts the jobs that have just ended, which `changed` jobs in a final status have, how long executions took, and how long those
 * had waited that have begun.
 */
export async function countEndings(
  transaction: KeyedQueries,
  changed: readonly JobState[],
  decisions: readonly DecidedJob[],
): Promise<void> {
  const ended = changed.filter(({ status }) => isFinal(status));
  const durations = [...executionsOf(decisions), ...waitsOf(decisions)];
  if (ended.length === 0 && durations.length === 0) return;
  await transaction.query(COUNT_ENDINGS, [
    ended.map(({ queue }) => queue),
    ended.map(({ status }) => status),
    durations.map(({ queue }) => queue),
    durations.map(({ ms }) => bucketOf(ms)),
    durations.map(({ ms }) => ms),
    ended.map(({ priority }) => classOf(priority)),
    durations.map(({ priority }) => classOf(priority)),
    durations.map(({ isWait }) => isWait),
  ]);
}

/** Counts jobs that have left a final status, as they were before: they were retried or deleted. */
export async function countLeaving(
  transaction: Queries,
  before: readonly { readonly queue: string; readonly status: JobStatus }[],
): Promise<void> {
  const jobs = before.filter(({ status }) => status === 'completed' || status === 'failed');
  if (jobs.length === 0) return;
  await transaction.query(COUNT_LEAVING, [jobs.map(({ queue }) => queue), jobs.map(({ status }) => status)]);
}

/** Keeps the counts small. */
export class MinuteStore {
  readonly #database: Queries;

  constructor(database: Queries) {
    this.#database = database;
  }

  /**
   * Adds up what was counted before the last hour: one row for each queue, and one for each quarter of an hour of the last day.
   * Gateways may do it at the same time.
   */
  async fold(): Promise<void> {
    await this.#database.query(FOLD_MINUTES);
    await this.#database.query("DELETE FROM queue_durations WHERE minute < now() - interval '1 hour'");
    await this.#database.query("DELETE FROM queue_quarters WHERE quarter < now() - interval '25 hours'");
  }
}

interface Duration {
  readonly queue: string;
  readonly priority: number;
  readonly ms: number;
  /** Of what had to be waited for, not of an execution. */
  readonly isWait: boolean;
}

function executionsOf(decisions: readonly DecidedJob[]): Duration[] {
  return decisions.flatMap(({ job: { queue, priority }, decision }) =>
    decision.attempts.flatMap(({ startedAt, endedAt, outcome }) =>
      startedAt !== null && endedAt !== null && (outcome === 'completed' || outcome === 'failed')
        ? [{ queue, priority, ms: endedAt.getTime() - startedAt.getTime(), isWait: false }]
        : [],
    ),
  );
}

function waitsOf(decisions: readonly DecidedJob[]): Duration[] {
  return decisions.flatMap(({ job: { queue, priority }, waitedMs: ms }) =>
    ms === undefined ? [] : [{ queue, priority, ms, isWait: true }],
  );
}

const COUNT_ENDINGS: PreparedStatement = {
  name: 'count-endings',
  text: `
WITH ended AS (
  INSERT INTO queue_minutes AS known (queue, class, completed, failed, cancelled)
  SELECT queue, class, count(*) FILTER (WHERE status = 'completed'), count(*) FILTER (WHERE status = 'failed'),
         count(*) FILTER (WHERE status = 'cancelled')
  FROM unnest($1::text[], $2::text[], $6::smallint[]) AS new (queue, status, class) GROUP BY queue, class ORDER BY queue, class
  ON CONFLICT (queue, minute, counter, class) DO UPDATE SET completed = known.completed + excluded.completed,
    failed = known.failed + excluded.failed, cancelled = known.cancelled + excluded.cancelled
)
INSERT INTO queue_durations AS known (queue, class, bucket, runs, total_ms, waits, waited_ms)
SELECT queue, class, bucket, count(*) FILTER (WHERE NOT is_wait), coalesce(sum(ms) FILTER (WHERE NOT is_wait), 0),
       count(*) FILTER (WHERE is_wait), coalesce(sum(ms) FILTER (WHERE is_wait), 0)
FROM unnest($3::text[], $7::smallint[], $4::smallint[], $5::bigint[], $8::boolean[]) AS new (queue, class, bucket, ms, is_wait)
GROUP BY queue, class, bucket ORDER BY queue, class, bucket
ON CONFLICT (queue, minute, counter, class, bucket) DO UPDATE SET runs = known.runs + excluded.runs,
  total_ms = known.total_ms + excluded.total_ms, waits = known.waits + excluded.waits,
  waited_ms = known.waited_ms + excluded.waited_ms`,
};

const COUNT_LEAVING = `
INSERT INTO queue_minutes AS known (queue, left_completed, left_failed)
SELECT queue, count(*) FILTER (WHERE status = 'completed'), count(*) FILTER (WHERE status = 'failed')
FROM unnest($1::text[], $2::text[]) AS new (queue, status) GROUP BY queue ORDER BY queue
ON CONFLICT (queue, minute, counter, class) DO UPDATE SET left_completed = known.left_completed + excluded.left_completed,
  left_failed = known.left_failed + excluded.left_failed`;

const FOLD_MINUTES = `
WITH old AS (
  DELETE FROM queue_minutes WHERE minute > '-infinity' AND minute < now() - interval '1 hour'
  RETURNING queue, minute, completed, failed, cancelled, left_completed, left_failed
), quarters AS (
  INSERT INTO queue_quarters AS known (queue, quarter, completed, failed, cancelled)
  SELECT queue, date_bin('15 minutes', minute, 'epoch') AS quarter, sum(completed), sum(failed), sum(cancelled)
  FROM old GROUP BY queue, quarter ORDER BY quarter, queue
  ON CONFLICT (quarter, queue) DO UPDATE SET completed = known.completed + excluded.completed,
    failed = known.failed + excluded.failed, cancelled = known.cancelled + excluded.cancelled
)
INSERT INTO queue_minutes AS known (queue, minute, counter, completed, failed, cancelled, left_completed, left_failed)
SELECT queue, '-infinity', 0, sum(completed), sum(failed), sum(cancelled), sum(left_completed), sum(left_failed)
FROM old GROUP BY queue ORDER BY queue
ON CONFLICT (queue, minute, counter, class) DO UPDATE SET completed = known.completed + excluded.completed,
  failed = known.failed + excluded.failed, cancelled = known.cancelled + excluded.cancelled,
  left_completed = known.left_completed + excluded.left_completed, left_failed = known.left_failed + excluded.left_failed`;
