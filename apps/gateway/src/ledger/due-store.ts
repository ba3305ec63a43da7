import { expire } from '../tracker/steer.js';
import { type Database } from './database.js';
import { writeDecisions } from './decision-writes.js';
import { decidedJob } from './decided-job.js';
import { readStates } from './job-states.js';
import { IN_LINE } from './paused-batches.js';
import { type PreparedStatement } from './statement.js';

/** For what there are jobs whose time has come. */
export interface DueNow {
  readonly late: boolean;
  readonly due: boolean;
  /** Jobs wait for a paused batch; whether it still is paused is not asked. */
  readonly paused: boolean;
}

/** Jobs that wait in the ledger for their time, or for a pause that is over. */
export class DueStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Asks all at once: mostly there is nothing. */
  async now(): Promise<DueNow> {
    const [now] = await this.#database.queryByKey<DueNow>(NOW);
    return now ?? { late: false, due: false, paused: false };
  }

  /**
   * Queues up to `limit` scheduled jobs whose time has come; they are held until it is their turn, or their batch is resumed. Each is taken by one
   * gateway. Returns how many.
   */
  async release(limit: number): Promise<number> {
    const rows = await this.#database.query<{ id: string }>(RELEASE, [limit]);
    return rows.length;
  }

  /**
   * Puts up to `limit` jobs back in their line whose batch is not paused any more: its resume broke off before it came to them. What
   * somebody else has in hand is left for the next time. Returns how many.
   */
  async resume(limit: number): Promise<number> {
    const rows = await this.#database.query<{ id: string }>(RESUME, [limit]);
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

const IS_DUE = "status = 'scheduled' AND scheduled_for <= now()";

// The batch is locked, so that nobody pauses or resumes it meanwhile without seeing what comes of this.
const RELEASE = `
WITH due AS (
  SELECT id, batch_id FROM jobs WHERE ${IS_DUE}
  ORDER BY scheduled_for LIMIT $1 FOR UPDATE SKIP LOCKED
), batch AS MATERIALIZED (
  SELECT id, paused_at FROM batches WHERE id IN (SELECT batch_id FROM due) ORDER BY id FOR SHARE
)
UPDATE jobs SET status = 'queued', queued_at = clock_timestamp(), run = run + 1, version = version + 1,
  held = CASE WHEN jobs.batch_id IN (SELECT id FROM batch WHERE paused_at IS NOT NULL) THEN 'batch' ELSE ${IN_LINE} END
FROM due WHERE jobs.id = due.id RETURNING jobs.id`;

// Goes from batch to batch by the index, however many jobs are held: as a rule there is none. A batch stays locked, so that nobody
// pauses it meanwhile without seeing what comes of this.
const RESUME = `
WITH RECURSIVE holding AS (
  (SELECT batch_id FROM jobs WHERE held = 'batch' ORDER BY batch_id LIMIT 1)
  UNION ALL
  SELECT next.batch_id FROM holding CROSS JOIN LATERAL (
    SELECT batch_id FROM jobs WHERE held = 'batch' AND jobs.batch_id > holding.batch_id ORDER BY batch_id LIMIT 1
  ) AS next
), resumed AS MATERIALIZED (
  SELECT id FROM batches WHERE id IN (SELECT batch_id FROM holding) AND paused_at IS NULL FOR SHARE SKIP LOCKED
), free AS MATERIALIZED (
  SELECT next.id FROM resumed CROSS JOIN LATERAL (
    SELECT id FROM jobs WHERE jobs.batch_id = resumed.id AND held = 'batch' LIMIT $1 FOR NO KEY UPDATE SKIP LOCKED
  ) AS next LIMIT $1
)
UPDATE jobs SET held = ${IN_LINE} FROM free WHERE jobs.id = free.id RETURNING jobs.id`;

const IS_LATE = "expires_at <= now() AND status IN ('scheduled', 'queued') AND started_at IS NULL";

const LATE = `
SELECT id FROM jobs WHERE ${IS_LATE} ORDER BY expires_at LIMIT $1 FOR NO KEY UPDATE SKIP LOCKED`;

// The orders want the indexes, whatever the statistics say.
const NOW: PreparedStatement = {
  ...{ name: 'due-now', reads: 'by key' },
  text: `
SELECT (SELECT true FROM jobs WHERE ${IS_LATE} ORDER BY expires_at LIMIT 1) IS TRUE AS late,
       (SELECT true FROM jobs WHERE ${IS_DUE} ORDER BY scheduled_for LIMIT 1) IS TRUE AS due,
       (SELECT true FROM jobs WHERE held = 'batch' ORDER BY batch_id LIMIT 1) IS TRUE AS paused`,
};
