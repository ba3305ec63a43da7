import { MAX_PRIORITY } from '#libs/contracts';
import { type Queries } from './database.js';
import { IS_HEARD } from './heard-workers.js';
import { locateJob, type LocatedJob } from './job-location.js';
import { milliseconds } from './milliseconds.js';
import { IN_PAUSED_BATCH } from './paused-batches.js';
import { classOf } from './queue-counts.js';

/** No count goes further: it has to be quick however many jobs wait. */
export const MOST_COUNTED = 10_000;
const MOST_TENANTS = 100;

/** What the ledger knows of why a job is where it is. Times are milliseconds since 1970 by its clock. */
export interface Circumstances {
  readonly now: number;
  readonly startedAt: number | null;
  readonly queuePaused: boolean;
  /** Workers of the queue that were heard of late. */
  readonly workers: number;
  /** How many jobs they run at once. */
  readonly places: number;
  /** How many of these places are taken at most: of what workers have in hand, some waits and some is being reported. */
  readonly taken: number;
  readonly priority: number;
  readonly held: 'turn' | 'key' | 'batch' | null;
  /** The paused batch that it belongs to. */
  readonly pausedBatch: string | null;
  readonly concurrencyKey: string | null;
  /** The job that has the key. */
  readonly keyHolder: string | null;
  /** How many jobs of its tenant may run at once. */
  readonly maxRunningJobs: number | null;
}

/** How many jobs go before a job. Each count ends at `MOST_COUNTED`. */
export interface Before {
  /** Messages in the queue. */
  readonly inQueue: number;
  /** Of those that are held as the job is: of its tenant, or of its concurrency key. */
  readonly inLine: number;
  /** Tenants that have jobs in line in the queue. */
  readonly tenants: number;
}

/** How fast a queue was in the last hour, for jobs of one class of priorities. */
export interface Pace {
  /** Jobs that ended in each minute in which any did. */
  readonly minutes: readonly number[];
  /** What was left in each minute by jobs of higher classes: jobs of the class and of lower ones that ended. */
  readonly minutesLeft: readonly number[];
  /** How long executions of the class took, or of any when none of it has ended: a histogram, its buckets in order. */
  readonly durations: readonly { readonly bucket: number; readonly runs: number }[];
}

/** Reads what explains why a job has not run yet. */
export class ExplainStore {
  readonly #database: Queries;

  constructor(database: Queries) {
    this.#database = database;
  }

  async locate(jobId: string): Promise<LocatedJob | undefined> {
    return locateJob(this.#database, jobId);
  }

  async circumstances(jobId: string): Promise<Circumstances | undefined> {
    const [row] = await this.#database.query<Circumstances>(CIRCUMSTANCES, [jobId]);
    return row;
  }

  async before(jobId: string): Promise<Before> {
    const [row] = await this.#database.query<Before>(BEFORE, [jobId, MOST_COUNTED]);
    return row ?? { inQueue: 0, inLine: 0, tenants: 0 };
  }

  async pace(queue: string, priority: number): Promise<Pace> {
    const [minutes, durations] = await Promise.all([
      this.#database.query<{ ended: number; left: number }>(MINUTES, [queue, classOf(priority)]),
      this.#database.query<Pace['durations'][number]>(DURATIONS, [queue, classOf(priority)]),
    ]);
    return {
      minutes: minutes.map(({ ended }) => ended),
      minutesLeft: minutes.flatMap(({ left }) => (left > 0 ? [left] : [])),
      durations,
    };
  }
}

const CIRCUMSTANCES = `
SELECT ${milliseconds('clock_timestamp()')} AS now, ${milliseconds('started_at')} AS "startedAt",
       coalesce(queue_settings.paused, false) AS "queuePaused", coalesce(heard.workers, 0)::int AS workers,
       coalesce(heard.places, 0)::int AS places, coalesce(heard.taken, 0)::int AS taken,
       priority, held, CASE WHEN ${IN_PAUSED_BATCH} THEN jobs.batch_id END AS "pausedBatch", jobs.concurrency_key AS "concurrencyKey", max_running_jobs AS "maxRunningJobs",
       CASE WHEN held = 'key' THEN (
         SELECT holder.id FROM jobs AS holder
         WHERE holder.tenant = jobs.tenant AND holder.concurrency_key = jobs.concurrency_key
           AND holder.concurrency_key IS NOT NULL AND (holder.held IS NULL OR holder.held = 'turn')
           AND holder.status IN ('queued','running','retrying')
       ) END AS "keyHolder"
FROM jobs
LEFT JOIN queue_settings ON queue_settings.queue = jobs.queue
LEFT JOIN tenant_limits ON tenant_limits.tenant = jobs.tenant
LEFT JOIN LATERAL (
  SELECT count(*) AS workers, sum(concurrency) AS places, sum(least(concurrency, jsonb_array_length(runs))) AS taken FROM workers
  WHERE domain = jobs.queue AND ${IS_HEARD}
) AS heard ON true
WHERE jobs.id = $1`;

/** SQL: jobs that stand in the line of one priority and task of `tasks`. */
const IN_LINE = `jobs.held = 'turn' AND jobs.queue = tasks.queue AND jobs.tenant = tasks.tenant
  AND jobs.priority = tasks.step AND jobs.task = tasks.task`;
/** SQL: messages of one priority in the queue of `me`. */
const IN_QUEUE = `jobs.queue = me.queue AND jobs.status = 'queued' AND jobs.held IS NULL
  AND coalesce(jobs.sent_priority, jobs.priority) = other.level`;
/** SQL: jobs that wait for the key of `me`. */
const FOR_KEY = `jobs.held = 'key' AND jobs.tenant = me.tenant AND jobs.concurrency_key = me.concurrency_key`;

// By the indexes that jobs are let go by: each part is a range of one, so that none is read further than it is counted. A job
// that is held, or waits for its time, comes behind all of its priority that is in the queue.
const BEFORE = `
WITH RECURSIVE me AS (
  SELECT queue, tenant, held, status, concurrency_key, queued_at, priority, coalesce(sent_priority, priority) AS level,
         (SELECT release_order FROM queue_settings WHERE queue_settings.queue = jobs.queue) IS NOT DISTINCT FROM 'lifo' AS lifo
  FROM jobs WHERE id = $1
), in_queue AS (
  (SELECT FROM me CROSS JOIN generate_series(0, ${MAX_PRIORITY}) AS other (level)
   CROSS JOIN LATERAL (SELECT FROM jobs WHERE ${IN_QUEUE} LIMIT $2) AS job
   WHERE other.level > me.level OR (other.level = me.level AND (me.held IS NOT NULL OR me.status <> 'queued')) LIMIT $2)
  UNION ALL
  (SELECT FROM me CROSS JOIN LATERAL (SELECT me.level) AS other
   CROSS JOIN LATERAL (SELECT FROM jobs WHERE ${IN_QUEUE} AND jobs.queued_at < me.queued_at LIMIT $2) AS job
   WHERE me.held IS NULL AND me.status = 'queued')
), tasks AS (
  SELECT queue, tenant, queued_at, me.priority, lifo, first.priority AS step, first.task FROM me CROSS JOIN LATERAL (
    SELECT jobs.priority, jobs.task FROM jobs WHERE jobs.held = 'turn' AND jobs.queue = me.queue AND jobs.tenant = me.tenant
    ORDER BY jobs.priority DESC, jobs.task DESC LIMIT 1
  ) AS first
  WHERE me.held = 'turn'
  UNION ALL
  SELECT tasks.queue, tasks.tenant, tasks.queued_at, tasks.priority, lifo, next.priority, next.task FROM tasks CROSS JOIN LATERAL (
    SELECT jobs.priority, jobs.task FROM jobs WHERE jobs.held = 'turn' AND jobs.queue = tasks.queue AND jobs.tenant = tasks.tenant
      AND (jobs.priority, jobs.task) < (tasks.step, tasks.task)
    ORDER BY jobs.priority DESC, jobs.task DESC LIMIT 1
  ) AS next
), in_line AS (
  (SELECT FROM tasks CROSS JOIN LATERAL (SELECT FROM jobs WHERE ${IN_LINE} LIMIT $2) AS job WHERE step > priority LIMIT $2)
  UNION ALL
  (SELECT FROM tasks CROSS JOIN LATERAL (
     SELECT FROM jobs WHERE ${IN_LINE} AND jobs.queued_at < tasks.queued_at LIMIT $2) AS job
   WHERE step = priority AND NOT lifo LIMIT $2)
  UNION ALL
  (SELECT FROM tasks CROSS JOIN LATERAL (
     SELECT FROM jobs WHERE ${IN_LINE} AND jobs.queued_at > tasks.queued_at LIMIT $2) AS job
   WHERE step = priority AND lifo LIMIT $2)
  UNION ALL
  (SELECT FROM me CROSS JOIN LATERAL (
     SELECT FROM jobs WHERE ${FOR_KEY} AND jobs.priority > me.priority LIMIT $2) AS job WHERE me.held = 'key')
  UNION ALL
  (SELECT FROM me CROSS JOIN LATERAL (
     SELECT FROM jobs WHERE ${FOR_KEY} AND jobs.priority = me.priority AND jobs.queued_at < me.queued_at LIMIT $2) AS job
   WHERE me.held = 'key')
), lines AS (
  SELECT first.queue, first.tenant, 1 AS number FROM me CROSS JOIN LATERAL (
    SELECT jobs.queue, jobs.tenant FROM jobs WHERE jobs.queue = me.queue AND jobs.held = 'turn'
    ORDER BY jobs.queue, jobs.tenant LIMIT 1
  ) AS first
  UNION ALL
  SELECT next.queue, next.tenant, number + 1 FROM lines CROSS JOIN LATERAL (
    SELECT jobs.queue, jobs.tenant FROM jobs WHERE jobs.queue = lines.queue AND jobs.held = 'turn' AND jobs.tenant > lines.tenant
    ORDER BY jobs.queue, jobs.tenant LIMIT 1
  ) AS next
  WHERE number < ${MOST_TENANTS}
)
SELECT least($2, (SELECT count(*) FROM in_queue))::int AS "inQueue",
       least($2, (SELECT count(*) FROM in_line))::int AS "inLine", (SELECT count(*) FROM lines)::int AS tenants`;

const MINUTES = `
SELECT sum(completed + failed + cancelled)::float8 AS ended,
       coalesce(sum(completed + failed + cancelled) FILTER (WHERE class <= $2), 0)::float8 AS "left"
FROM queue_minutes
WHERE queue = $1 AND minute > now() - interval '1 hour' AND minute < date_trunc('minute', now())
GROUP BY minute HAVING sum(completed + failed + cancelled) > 0`;

const DURATIONS = `
WITH runs AS (SELECT class, bucket, runs FROM queue_durations WHERE queue = $1 AND minute > now() - interval '1 hour')
SELECT bucket::int AS bucket, sum(runs)::float8 AS runs FROM runs
WHERE class = $2 OR NOT EXISTS (SELECT FROM runs WHERE class = $2) GROUP BY bucket ORDER BY bucket`;
