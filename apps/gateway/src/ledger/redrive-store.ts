import { type Database } from './database.js';
import { type DeadLetterFilter, whereOf } from './dead-letter-filter.js';
import {
  type NewRedrive,
  type RedriveAtWork,
  type RedriveCounts,
  type RedriveProgress,
  type RedriveRecord,
} from './redrive.js';
import { type TimeCursor } from './time-cursor.js';

const LEASE = "now() + interval '10 seconds'";

/** Redrives and the jobs that they have sent out again. */
export class RedriveStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Begins a redrive of the jobs whose letters are there now. */
  async create({ id, selection, canary, rate }: NewRedrive): Promise<RedriveRecord> {
    const { sql, values } = whereOf(selection, 6);
    await this.#database.query(
      `INSERT INTO redrives (id, selection, canary, rate, state, total)
       SELECT $1, $2, $3, $4, $5, count(*) FROM dead_letters WHERE job_id IS NOT NULL AND ${sql}`,
      [id, JSON.stringify(selection), canary, rate, canary > 0 ? 'canary' : 'running', ...values],
    );
    const created = await this.find(id);
    if (created === undefined) throw new Error(`The redrive ${id} was removed while it was begun.`);
    return created;
  }

  async find(id: string): Promise<RedriveRecord | undefined> {
    const [row] = await this.#database.query<RedriveRow>(`${READ} WHERE redrives.id = $1`, [id]);
    return row === undefined ? undefined : recordOf(row);
  }

  /** Redrives newest first; with `after`, those behind it. */
  async list(page: { limit: number; after: TimeCursor | null }): Promise<RedriveRecord[]> {
    const rows = await this.#database.query<RedriveRow>(
      `${READ} WHERE $2::timestamptz IS NULL OR (created_at, redrives.id) < ($2, $3::uuid)
       ORDER BY created_at DESC, redrives.id DESC LIMIT $1`,
      [page.limit, page.after?.at ?? null, page.after?.id ?? null],
    );
    return rows.map(recordOf);
  }

  /** Ends a redrive. Returns false when it had ended before. */
  async end(id: string, state: 'stopped' | 'done', reason: string | null): Promise<boolean> {
    const rows = await this.#database.query<{ id: string }>(
      `UPDATE redrives SET state = $2, stop_reason = $3, ended_at = date_trunc('milliseconds', clock_timestamp())
       WHERE id = $1 AND ended_at IS NULL RETURNING id`,
      [id, state, reason],
    );
    return rows.length > 0;
  }

  /** The canaries have ended: the others may follow. */
  async release(id: string): Promise<void> {
    await this.#database.query("UPDATE redrives SET state = 'running' WHERE id = $1 AND state = 'canary'", [id]);
  }

  /** Redrives that `holder` works on for the next ten seconds: its own, and those that nobody works on. */
  async hold(holder: string): Promise<RedriveAtWork[]> {
    return this.#database.query<RedriveAtWork>(HOLD, [holder]);
  }

  /** Notes up to `limit` further jobs that are about to be sent out, oldest letters first. None once the redrive has ended. */
  async take(id: string, limit: number): Promise<number> {
    return this.#database.transaction(async (transaction) => {
      const [redrive] = await transaction.query<{ selection: DeadLetterFilter; created_at: Date }>(
        'SELECT selection, created_at FROM redrives WHERE id = $1 AND ended_at IS NULL FOR UPDATE',
        [id],
      );
      if (redrive === undefined) return 0;
      const { sql, values } = whereOf(redrive.selection, 4);
      const rows = await transaction.query<{ job_id: string }>(
        `INSERT INTO redriven_jobs (redrive_id, job_id, run, error_code, state)
         SELECT $1, job_id, run, error_code, 'taken' FROM dead_letters
         WHERE job_id IS NOT NULL AND dead_at <= $2 AND ${sql}
           AND NOT EXISTS (SELECT 1 FROM redriven_jobs
                           WHERE redrive_id = $1 AND redriven_jobs.job_id = dead_letters.job_id)
         ORDER BY dead_at, id LIMIT $3 ON CONFLICT DO NOTHING RETURNING job_id`,
        [id, redrive.created_at, limit, ...values],
      );
      return rows.length;
    });
  }

  /** Jobs that were taken and are still as dead as they were. What has been sent out since is noted as such. */
  async taken(id: string): Promise<string[]> {
    const rows = await this.#database.query<{ job_id: string; moved: boolean }>(TAKEN, [id]);
    await this.settle(
      id,
      rows.filter(({ moved }) => moved).map(({ job_id }) => job_id),
    );
    return rows.filter(({ moved }) => !moved).map(({ job_id }) => job_id);
  }

  /** Jobs that were taken have been sent out, or could not be. */
  async settle(id: string, redriven: readonly string[], refused: readonly string[] = []): Promise<void> {
    const states = [...redriven.map(() => 'redriven'), ...refused.map(() => 'refused')];
    if (states.length === 0) return;
    await this.#database.query(
      `UPDATE redriven_jobs SET state = new.state FROM unnest($2::uuid[], $3::text[]) AS new (job_id, state)
       WHERE redrive_id = $1 AND redriven_jobs.job_id = new.job_id AND redriven_jobs.state = 'taken'`,
      [id, [...redriven, ...refused], states],
    );
  }

  /** Notes which jobs have ended, and says how far the redrive has come. */
  async observe(id: string): Promise<RedriveProgress> {
    const ended = await this.#database.query<{ job_id: string; error_code: string; again: boolean }>(OBSERVE, [id]);
    const [count] = await this.#database.query<{ taken: number; open: number }>(
      `SELECT count(*) FILTER (WHERE state NOT IN ('refused', 'deleted'))::int AS taken,
              count(*) FILTER (WHERE state IN ('taken', 'redriven'))::int AS open
       FROM redriven_jobs WHERE redrive_id = $1`,
      [id],
    );
    const again = ended.find((job) => job.again);
    return {
      taken: count?.taken ?? 0,
      open: count?.open ?? 0,
      failedAgain: again === undefined ? null : { jobId: again.job_id, errorCode: again.error_code },
    };
  }
}

const FINAL = "('completed', 'failed', 'cancelled')";

const READ = `
SELECT redrives.*, counts.* FROM redrives LEFT JOIN LATERAL (
  SELECT count(*) FILTER (WHERE state NOT IN ('taken', 'refused'))::int AS redriven,
         count(*) FILTER (WHERE state = 'refused')::int AS refused,
         count(*) FILTER (WHERE coalesce(jobs.status, state) = 'completed')::int AS completed,
         count(*) FILTER (WHERE coalesce(jobs.status, state) = 'failed')::int AS failed
  FROM redriven_jobs LEFT JOIN jobs
    ON state = 'redriven' AND jobs.id = job_id AND jobs.run > redriven_jobs.run
  WHERE redrive_id = redrives.id
) AS counts ON true`;

const HOLD = `
UPDATE redrives SET holder = $1, leased_until = ${LEASE}
WHERE id IN (
  SELECT id FROM redrives WHERE ended_at IS NULL AND (holder = $1 OR leased_until < now())
  ORDER BY created_at FOR UPDATE SKIP LOCKED)
RETURNING id, state, canary, rate`;

const TAKEN = `
SELECT job_id, coalesce(jobs.run > redriven_jobs.run, false) AS moved
FROM redriven_jobs LEFT JOIN jobs ON jobs.id = job_id WHERE redrive_id = $1 AND state = 'taken'`;

const OBSERVE = `
UPDATE redriven_jobs SET state = coalesce(ended.status, 'deleted')
FROM (
  SELECT redriven.job_id, jobs.status, jobs.error->>'code' AS code
  FROM redriven_jobs AS redriven LEFT JOIN jobs ON jobs.id = redriven.job_id
  WHERE redriven.redrive_id = $1 AND redriven.state = 'redriven'
    AND (jobs.id IS NULL OR (jobs.status IN ${FINAL} AND jobs.run > redriven.run))
) AS ended
WHERE redrive_id = $1 AND redriven_jobs.job_id = ended.job_id
RETURNING redriven_jobs.job_id, error_code, coalesce(ended.status = 'failed' AND ended.code = error_code, false) AS again`;

interface RedriveRow extends RedriveCounts {
  readonly id: string;
  readonly state: RedriveRecord['state'];
  readonly selection: DeadLetterFilter;
  readonly canary: number;
  readonly rate: number;
  readonly total: number;
  readonly stop_reason: string | null;
  readonly created_at: Date;
  readonly ended_at: Date | null;
}

function recordOf(row: RedriveRow): RedriveRecord {
  const { id, state, selection, canary, rate, total, redriven, refused, completed, failed } = row;
  return {
    ...{ id, state, selection, canary, rate, total },
    counts: { redriven, refused, completed, failed },
    stopReason: row.stop_reason,
    createdAt: row.created_at,
    endedAt: row.ended_at,
  };
}
