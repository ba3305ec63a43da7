import { type Whereabouts } from './whereabouts.js';
import { type ReconcilerTimes } from '../reconciler/times.js';
import { type Queries } from './database.js';
import { locateJob, type LocatedJob } from './job-location.js';
import { type Obstacle } from './reconciler-store.js';

/** The same of one queue. */
export interface QueueWhereabouts extends Whereabouts {
  readonly queue: string;
}

/** Whether lost jobs are looked for, and what is known of the broker's data. */
export interface ReconcilerState {
  readonly working: boolean;
  /** Why not; null when it works, or when no gateway does it at all. */
  readonly obstacle: Obstacle | null;
  readonly since: Date;
  readonly sentinelSince: Date | null;
  readonly sentinelCheckedAt: Date | null;
  readonly wipedAt: Date | null;
}

/** Counts where the open jobs are. */
export class AuditStore {
  readonly #database: Queries;
  readonly #watchMs: number;

  constructor(database: Queries, { watchMs }: ReconcilerTimes) {
    this.#database = database;
    this.#watchMs = watchMs;
  }

  /** Every queue that has open jobs, at one moment. */
  async queues(): Promise<QueueWhereabouts[]> {
    return this.#database.query<QueueWhereabouts>(COUNT);
  }

  /** How many jobs of each announced queue have not ended; those that are scheduled for later, or whose batch is paused, are left out. */
  async open(): Promise<{ readonly queue: string; readonly jobs: number }[]> {
    return this.#database.query(OPEN);
  }

  /** Jobs of which there has been no news for a while. With a long or paused queue these are many, and none is lost. */
  async suspects(): Promise<number> {
    const [row] = await this.#database.query<{ jobs: number }>(
      `SELECT count(*)::int AS jobs FROM suspects WHERE since < now() - $1 * interval '1 millisecond'`,
      [this.#watchMs],
    );
    return row?.jobs ?? 0;
  }

  /** Jobs that look lost. */
  async unaccounted(): Promise<number> {
    const [row] = await this.#database.query<{ jobs: number }>(`SELECT count(*)::int AS jobs FROM (${LOST}) AS lost`);
    return row?.jobs ?? 0;
  }

  /** Where one job is; undefined when there is none of this id. */
  async locate(jobId: string): Promise<LocatedJob | undefined> {
    return locateJob(this.#database, jobId);
  }

  async reconciler(): Promise<ReconcilerState> {
    const [row] = await this.#database.query<ReconcilerState>(STATE);
    if (row === undefined) throw new Error('The ledger has no row in the table reconciler. Restore it from a backup.');
    return row;
  }
}

const OPEN = `
SELECT domains.name AS queue, count(jobs.id)::float8 AS jobs
FROM domains LEFT JOIN jobs ON jobs.queue = domains.name AND jobs.status IN ('queued','running','retrying')
  AND jobs.held IS DISTINCT FROM 'batch'
GROUP BY domains.name ORDER BY domains.name`;

const LOST = `
  SELECT jobs.queue, jobs.status FROM suspects
  JOIN jobs ON jobs.id = suspects.job_id AND jobs.run = suspects.run AND jobs.version = suspects.version
  WHERE suspects.evident`;

const COUNT = `
WITH known AS (
  SELECT queue, count(*) FILTER (WHERE status = 'scheduled') AS scheduled, count(*) FILTER (WHERE status = 'queued' AND held IS NULL) AS queued,
         count(*) FILTER (WHERE held IS NOT NULL) AS held,
         count(*) FILTER (WHERE status = 'running') AS running, count(*) FILTER (WHERE status = 'retrying') AS retrying
  FROM jobs WHERE status IN ('scheduled','queued','running','retrying') GROUP BY queue
), due AS (
  SELECT queue, count(*) AS jobs FROM jobs WHERE status = 'retrying' AND next_attempt_at <= now() GROUP BY queue
), unsent AS (
  SELECT jobs.queue, count(*) AS jobs FROM outbox JOIN jobs ON jobs.id = outbox.job_id AND jobs.run = outbox.run
  WHERE outbox.kind = 'work' AND (jobs.status = 'queued' OR (jobs.status = 'retrying' AND jobs.next_attempt_at <= now()))
  GROUP BY jobs.queue
), lost AS (
  SELECT queue, count(*) AS jobs, count(*) FILTER (WHERE status = 'running') AS running FROM (${LOST}) AS lost GROUP BY queue
), counted AS (
  SELECT queue, scheduled, coalesce(lost.jobs, 0) AS unaccounted, coalesce(unsent.jobs, 0) AS outbox, held,
         retrying - coalesce(due.jobs, 0) AS delayed, known.running - coalesce(lost.running, 0) AS running,
         queued + coalesce(due.jobs, 0) - coalesce(unsent.jobs, 0) - coalesce(lost.jobs - lost.running, 0) AS waiting,
         coalesce((SELECT paused FROM queue_settings WHERE queue_settings.queue = known.queue), false) AS is_paused
  FROM known LEFT JOIN due USING (queue) LEFT JOIN unsent USING (queue) LEFT JOIN lost USING (queue)
)
SELECT queue, unaccounted::float8, outbox::float8, held::float8, delayed::float8, (CASE WHEN is_paused THEN 0 ELSE waiting END)::float8 AS waiting,
       (CASE WHEN is_paused THEN waiting ELSE 0 END)::float8 AS paused, running::float8, scheduled::float8
FROM counted ORDER BY queue`;

const STATE = `
SELECT obstacle IS NULL AND held_until > now() AS working, CASE WHEN held_until > now() THEN obstacle END AS obstacle,
       CASE WHEN held_until > now() THEN since ELSE greatest(held_until, since) END AS since,
       sentinel_since AS "sentinelSince", sentinel_checked_at AS "sentinelCheckedAt", wiped_at AS "wipedAt"
FROM reconciler`;
