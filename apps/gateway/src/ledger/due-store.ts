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
