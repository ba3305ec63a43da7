import { TIMES } from '#libs/contracts';
import { type Database, type Queries } from './database.js';
import { IN_PAUSED_BATCH } from './paused-batches.js';
import { giveUpSpawned } from './spawn-store.js';
import { holdBackRuns } from './voids.js';
import { NO_MESSAGE } from './whereabouts.js';

/** An arbitrary number: gateways that find the broker without its sentinel do so one after another. */
const SENTINEL_LOCK = 5_138_009;
/** What a slow disk does well within a statement's time. */
const AT_ONCE = 2_000;

/** A job in the order in which jobs are sent again. */
export interface ResendPosition {
  readonly queue: string;
  readonly status: string;
  readonly queuedAt: string;
  readonly id: string;
}

/** Jobs of a queue that have been sent again. */
export interface Resending {
  readonly queue: string;
  /** 0: of those that were looked at, the broker had no message. */
  readonly count: number;
  /** The last one that was looked at. */
  readonly upTo: ResendPosition;
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
   * Looks at the next 2,000 waiting jobs of a queue, the longest waiting first, and puts those into the outbox again whose
   * messages the broker had, each with the priority and the due time that its message had. Those of a paused batch are held
   * instead, unless they wait for a retry. Undefined at the end.
   * @param after where the look before has ended; undefined: from the beginning
   */
  async sendAgain(after: ResendPosition | undefined): Promise<Resending | undefined> {
    const ways = await this.#queries.query<Pick<ResendPosition, 'queue' | 'status'>>(WAYS, [
      ...[after?.queue ?? null, after?.status ?? null],
    ]);
    for (const { queue, status } of ways) {
      const from = after?.queue === queue && after.status === status ? after : BEGINNING;
      const [page] = await this.#queries.query<Omit<ResendPosition, 'queue' | 'status'> & { count: number }>(
        SEND_AGAIN,
        [queue, status, AT_ONCE, from.queuedAt, from.id],
      );
      if (page === undefined) continue;
      const { count, id, queuedAt } = page;
      return { queue, count, upTo: { queue, status, queuedAt, id } };
    }
    return undefined;
  }

  /**
   * Notes that everything has been sent again that was in the broker. Nothing that was asked or voided there matters now, except
   * that what has been sent again of paused batches must not start. Returns how many spawned jobs were lost with it, which the
   * ledger had not taken in yet.
   */
  async mended(): Promise<number> {
    await this.#queries.query('DELETE FROM voids');
    const paused = await this.#queries.query<{ id: string }>(OUT_OF_PAUSED_BATCHES);
    await holdBackRuns(
      this.#queries,
      paused.map(({ id }) => id),
    );
    await this.#queries.query('DELETE FROM suspects');
    await this.#queries.query('DELETE FROM probes');
    await this.#queries.query('UPDATE reconciler SET wiped_at = now(), sentinel_since = NULL');
    return giveUpSpawned(this.#queries);
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

const BEGINNING = { queuedAt: '-infinity', id: '00000000-0000-0000-0000-000000000000' };

const WAYS = `
SELECT name AS queue, status FROM domains CROSS JOIN (VALUES ('queued'), ('retrying')) AS waiting (status)
WHERE $1::text IS NULL OR (name, status) >= ($1, $2::text) ORDER BY name, status`;

// A worker may have begun a run whose report was lost with the broker: what any has named as in its hands is left to
// probes. There is nothing to void, because no message is out.
const SEND_AGAIN = `
WITH held AS MATERIALIZED (
  SELECT named.run ->> 'job' AS job, (named.run ->> 'run')::int AS run
  FROM workers CROSS JOIN jsonb_array_elements(workers.runs) AS named (run)
), looked_at AS MATERIALIZED (
  SELECT id, run, queued_at FROM jobs
  WHERE queue = $1 AND status = $2 AND jobs.held IS NULL AND (queued_at, id) > ($4::timestamptz, $5::uuid)
  ORDER BY queued_at, id LIMIT $3 FOR NO KEY UPDATE
), missing AS (
  SELECT id FROM looked_at AS jobs
  WHERE ${NO_MESSAGE} AND NOT EXISTS (SELECT FROM held WHERE held.job = jobs.id::text AND held.run = jobs.run)
), sent AS (
  UPDATE jobs SET run = jobs.run + 1, version = jobs.version + 1,
    held = CASE WHEN jobs.status = 'queued' AND ${IN_PAUSED_BATCH} THEN 'batch' END
  FROM missing WHERE jobs.id = missing.id
  RETURNING jobs.id, jobs.run, jobs.held, jobs.next_attempt_at AS due_at, jobs.sent_priority, jobs.queued_at
), written AS (
  INSERT INTO outbox (kind, job_id, run, due_at, priority, free_at)
  SELECT 'work', id, run, due_at, sent_priority,
         greatest(now(), due_at - interval '${TIMES.longestLadderWaitMs} milliseconds')
  FROM sent WHERE held IS NULL ORDER BY queued_at, id RETURNING job_id
)
SELECT id, queued_at::text AS "queuedAt", (SELECT count(*)::int FROM written) AS count
FROM looked_at ORDER BY queued_at DESC, id DESC LIMIT 1`;

const OUT_OF_PAUSED_BATCHES = `
SELECT id FROM jobs WHERE status IN ('queued','retrying') AND held IS NULL AND ${IN_PAUSED_BATCH} ORDER BY id FOR NO KEY UPDATE`;
