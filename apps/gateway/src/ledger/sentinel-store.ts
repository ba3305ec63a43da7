import { TIMES } from '#libs/contracts';
import { type Database, type Queries } from './database.js';
import { NO_MESSAGE } from './whereabouts.js';

/** An arbitrary number: gateways that find the broker without its sentinel do so one after another. */
const SENTINEL_LOCK = 5_138_009;
/** What a slow disk does well within a statement's time. */
const AT_ONCE = 2_000;

/** How far a queue's jobs have been sent again. */
export interface Resending {
  readonly queue: string;
  readonly count: number;
}

/** What one gateway alone does about the sentinel at a moment. */
export class SentinelWatch {
  readonly #queries: Queries;

  constructor(queries: Queries) {
    this.#queries = queries;
  }

  /** Whether the sentinel was ever there. */
  async wasThere(): Promise<boolean> {
    const [row] = await this.#queries.query<{ there: boolean }>(
      'SELECT sentinel_since IS NOT NULL AS there FROM reconciler',
    );
    return row?.there ?? false;
  }

  /** Notes that the sentinel is there. */
  async seen(): Promise<void> {
    await this.#queries.query(
      'UPDATE reconciler SET sentinel_since = coalesce(sentinel_since, now()), sentinel_checked_at = now()',
    );
  }

  /**
   * Puts up to 2,000 jobs of one queue into the outbox again whose messages the broker had, the longest waiting first, each
   * with the priority and the due time that its message had. Undefined when there are none left.
   */
  async sendAgain(): Promise<Resending | undefined> {
    const queues = await this.#queries.query<{ name: string }>('SELECT name FROM domains ORDER BY name');
    for (const { name: queue } of queues) {
      for (const status of ['queued', 'retrying']) {
        const sent = await this.#queries.query(SEND_AGAIN, [queue, status, AT_ONCE]);
        if (sent.length > 0) return { queue, count: sent.length };
      }
    }
    return undefined;
  }

  /** Notes that everything has been sent again that was in the broker. Nothing that was asked or voided there matters now. */
  async mended(): Promise<void> {
    await this.#queries.query('DELETE FROM voids');
    await this.#queries.query('DELETE FROM suspects');
    await this.#queries.query('DELETE FROM probes');
    await this.#queries.query('UPDATE reconciler SET wiped_at = now(), sentinel_since = NULL');
  }
}

/** Keeps what is known of the broker's data. */
export class SentinelStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Runs `work` in one transaction while no other gateway does the same. */
  async watch<R>(work: (watch: SentinelWatch) => Promise<R>): Promise<R> {
    return this.#database.transaction(async (transaction) => {
      await transaction.query('SELECT pg_advisory_xact_lock($1)', [SENTINEL_LOCK]);
      return work(new SentinelWatch(transaction));
    });
  }
}

// A worker may have begun a run whose report was lost with the broker: what any has named as in its hands is left to
// probes. There is nothing to void, because no message is out.
const SEND_AGAIN = `
WITH held AS MATERIALIZED (
  SELECT held ->> 'job' AS job, (held ->> 'run')::int AS run
  FROM workers CROSS JOIN jsonb_array_elements(workers.runs) AS held
), missing AS (
  SELECT id FROM jobs
  WHERE queue = $1 AND status = $2 AND ${NO_MESSAGE}
    AND NOT EXISTS (SELECT FROM held WHERE held.job = jobs.id::text AND held.run = jobs.run)
  ORDER BY queued_at LIMIT $3 FOR NO KEY UPDATE
), sent AS (
  UPDATE jobs SET run = jobs.run + 1, version = jobs.version + 1 FROM missing WHERE jobs.id = missing.id
  RETURNING jobs.id, jobs.run, jobs.next_attempt_at AS due_at, jobs.sent_priority, jobs.queued_at
)
INSERT INTO outbox (kind, job_id, run, due_at, priority, free_at)
SELECT 'work', id, run, due_at, sent_priority,
       greatest(now(), due_at - interval '${TIMES.longestLadderWaitMs} milliseconds')
FROM sent ORDER BY queued_at RETURNING job_id`;
