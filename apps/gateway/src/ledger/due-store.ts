import { expire } from '../tracker/steer.js';
import { type Database } from './database.js';
import { writeDecisions } from './decision-writes.js';
import { decidedJob } from './decided-job.js';
import { readStates } from './job-states.js';

/** Jobs that wait in the ledger for their time. */
export class DueStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /**
   * Queues up to `limit` scheduled jobs whose time has come; they are held until it is their turn, or their batch is resumed. Each is taken by one
   * gateway. Returns how many.
   */
  async release(limit: number): Promise<number> {
    const rows = await this.#database.query<{ id: string }>(RELEASE, [limit]);
    return rows.length;
  }

  /** Cancels up to `limit` jobs that have not started in the time that they were given. Returns how many. */
  async expire(limit: number): Promise<number> {
    return this.#database.transaction(async (transaction) => {
      const late = await transaction.query<{ id: string }>(LATE, [limit]);
      if (late.length === 0) return 0;
      const { now, states } = await readStates(
        transaction,
        late.map(({ id }) => id),
      );
      const decisions = [...states.values()].flatMap((state) => decidedJob(expire(state, now)));
      await writeDecisions(
        transaction,
        decisions.map(({ job }) => job),
        decisions,
      );
      return decisions.length;
    });
  }
}

// The batch is locked, so that nobody pauses or resumes it meanwhile without seeing what comes of this.
const RELEASE = `
WITH due AS (
  SELECT id, batch_id FROM jobs WHERE status = 'scheduled' AND scheduled_for <= now()
  ORDER BY scheduled_for LIMIT $1 FOR UPDATE SKIP LOCKED
), batch AS MATERIALIZED (
  SELECT id, paused_at FROM batches WHERE id IN (SELECT batch_id FROM due) ORDER BY id FOR SHARE
)
UPDATE jobs SET status = 'queued', queued_at = clock_timestamp(), run = run + 1, version = version + 1,
  held = CASE WHEN jobs.batch_id IN (SELECT id FROM batch WHERE paused_at IS NOT NULL) THEN 'batch'
              WHEN concurrency_key IS NULL THEN 'turn' ELSE 'key' END
FROM due WHERE jobs.id = due.id RETURNING jobs.id`;

const LATE = `
SELECT id FROM jobs WHERE expires_at <= now() AND status IN ('scheduled', 'queued') AND started_at IS NULL
ORDER BY expires_at LIMIT $1 FOR NO KEY UPDATE SKIP LOCKED`;
