import { type Database } from './database.js';

/** Jobs that wait in the ledger for their time. */
export class DueStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /**
   * Makes up to `limit` scheduled jobs ready to run whose time has come. Each is taken by one gateway. Returns how many.
   */
  async release(limit: number): Promise<number> {
    const rows = await this.#database.query<{ id: string }>(RELEASE, [limit]);
    return rows.length;
  }

  /** Cancels up to `limit` jobs that have not started in the time that they were given. Returns how many. */
  async expire(limit: number): Promise<number> {
    const [row] = await this.#database.query<{ jobs: number }>(EXPIRE, [limit]);
    return row?.jobs ?? 0;
  }
}

const RELEASE = `
WITH due AS (
  SELECT id FROM jobs WHERE status = 'scheduled' AND scheduled_for <= now()
  ORDER BY scheduled_for LIMIT $1 FOR UPDATE SKIP LOCKED
), queued AS (
  UPDATE jobs SET status = 'queued', run = run + 1, version = version + 1
  FROM due WHERE jobs.id = due.id RETURNING jobs.id, jobs.run
)
INSERT INTO outbox (kind, job_id, run, free_at)
SELECT 'work', id, run, now() FROM queued RETURNING job_id AS id`;

// A message that is out for such a job is voided; a worker that begins it nevertheless is told when it says so.
const EXPIRE = `
WITH late AS (
  SELECT id FROM jobs WHERE expires_at <= now() AND status IN ('scheduled', 'queued') AND started_at IS NULL
  ORDER BY expires_at LIMIT $1 FOR UPDATE SKIP LOCKED
), expired AS (
  UPDATE jobs SET status = 'cancelled', completed_at = now(), version = version + 1, error = json_build_object(
    'code', 'expired', 'message', 'The job had not started in the time that it was given.', 'permanent', true,
    'attempt', attempt, 'at', to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))
  FROM late WHERE jobs.id = late.id RETURNING jobs.id, jobs.run
), voided AS (
  INSERT INTO outbox (kind, job_id, run, free_at) SELECT 'void', id, run, now() FROM expired WHERE run > 0
)
SELECT count(*)::int AS jobs FROM expired`;
