import { type ReconcilerTimes } from '../reconciler/times.js';
import { type Queries } from './database.js';
import { milliseconds } from './milliseconds.js';
import { heldRuns, isAmong } from './whereabouts.js';

/** Old voids of one queue that have been watched since one time: they are judged together. */
export interface VoidWave {
  readonly queue: string;
  /** Milliseconds since 1970 by the ledger's clock. */
  readonly since: number;
}

/**
 * No message that had left when it was voided waits in the delay ladder for so long, unless a level of it has stopped; one of a paused
 * batch may leave later, for a retry that comes due later still.
 */
const OLD = `interval '30 minutes'`;
/** Voids of one queue that are watched at once. */
const WAVE_LIMIT = 10_000;

/**
 * Keeps the voids whose messages may have been destroyed: a purged queue gives nothing back. Until its message has come
 * back or is proven to be nowhere, a void is in force and is said again and again.
 */
export class OldVoidStore {
  readonly #database: Queries;
  readonly #times: ReconcilerTimes;

  constructor(database: Queries, times: ReconcilerTimes) {
    this.#database = database;
    this.#times = times;
  }

  /** Begins to watch voids that are old, and whose messages have left, for each queue that has no wave of late. */
  async watch(): Promise<void> {
    const queues = await this.#database.query<{ name: string }>(QUEUES, [this.#times.watchMs]);
    for (const { name } of queues) await this.#database.query(WATCH, [name, WAVE_LIMIT]);
  }

  async waves(): Promise<VoidWave[]> {
    return this.#database.query<VoidWave>(
      `SELECT queue, ${milliseconds('watched_since')} AS since FROM voids
       WHERE watched_since IS NOT NULL GROUP BY queue, watched_since ORDER BY watched_since`,
    );
  }

  /** Takes out of force what is proven to be nowhere, except what a worker has in hand. Returns how many that were. */
  async end({ queue, since }: VoidWave): Promise<number> {
    const held = heldRuns(this.#times.silenceMs);
    const ended = await this.#database.query(
      `DELETE FROM voids WHERE queue = $1 AND ${milliseconds('watched_since')} = $2::float8
         AND NOT ${isAmong(held, 'voids.job_id', 'voids.run')} RETURNING job_id`,
      [queue, since],
    );
    return ended.length;
  }
}

const QUEUES = `
SELECT name FROM domains
WHERE EXISTS (SELECT FROM voids WHERE voids.queue = name AND watched_since IS NULL AND since < now() - ${OLD})
  AND NOT EXISTS (SELECT FROM voids
                  WHERE voids.queue = name AND watched_since > now() - $1 * interval '1 millisecond')`;

const WATCH = `
WITH old AS (
  SELECT job_id, run FROM voids
  WHERE queue = $1 AND watched_since IS NULL AND since < now() - ${OLD}
    AND NOT EXISTS (SELECT FROM outbox
                    WHERE outbox.job_id = voids.job_id AND outbox.run = voids.run AND outbox.kind = 'work' OFFSET 0)
    AND NOT EXISTS (SELECT FROM jobs
                    WHERE jobs.id = voids.job_id AND jobs.run = voids.run AND jobs.status = 'retrying'
                      AND jobs.next_attempt_at > now() - ${OLD} OFFSET 0)
  ORDER BY since LIMIT $2
)
UPDATE voids SET watched_since = now() FROM old WHERE voids.job_id = old.job_id AND voids.run = old.run`;
