import { type Database } from './database.js';
import { type ControlRow, type OutboxEntry, type WorkEntry } from './outbox.js';
import { type ClaimedControlRow, type ClaimedRow, controlRowOf, entryOf } from './outbox-rows.js';
import { type PreparedStatement } from './statement.js';
import { UNSYNCED } from './unsynced.js';

/** How long a claim lasts; whoever holds one for longer prolongs it. */
export const CLAIM_MS = 30_000;
const CLAIM = `now() + interval '${CLAIM_MS} milliseconds'`;
/** Saying a control entry twice harms nobody, saying it late does: what a dead gateway had claimed is free soon. */
const CONTROL_CLAIM_MS = 5_000;

/** Reads and settles the rows of the outbox. */
export class OutboxStore {
  readonly #database: Pick<Database, 'query' | 'queryByKey'>;

  constructor(database: Pick<Database, 'query' | 'queryByKey'>) {
    this.#database = database;
  }

  /** Claims up to `limit` rows for the control stream that nobody holds. */
  async claimControl(limit: number): Promise<ControlRow[]> {
    const rows = await this.#database.query<ClaimedControlRow>(CLAIM_CONTROL, [limit]);
    return rows.map(controlRowOf);
  }

  /**
   * Claims up to `limit` rows of work and dead letters that nobody holds, oldest first, and reads what their messages are
   * made of.
   */
  async claim(limit: number): Promise<OutboxEntry[]> {
    const rows = await this.#database.queryByKey<ClaimedRow>(CLAIM_DUE, [limit]);
    return rows.map(entryOf);
  }

  /** Reads what the messages of rows are made of that this process has claimed, in the order of the rows. */
  async read(ids: readonly string[]): Promise<WorkEntry[]> {
    const rows = await this.#database.queryByKey<ClaimedRow>(READ_CLAIMED, [ids]);
    return rows.map(entryOf).filter((entry) => entry.kind === 'work');
  }

  /** Forgets rows whose messages the broker has. */
  async confirm(ids: readonly string[]): Promise<void> {
    await this.#database.queryByKey(CONFIRM, [ids]);
  }

  /** Gives rows back that were not sent, to be claimed again at once, before what came later. */
  async release(ids: readonly string[]): Promise<void> {
    await this.#database.query("UPDATE outbox SET free_at = '-infinity' WHERE id = ANY($1::bigint[])", [ids]);
  }

  /**
   * Sets rows aside that no queue takes; they are tried again after a claim's time, or when their domain is announced.
   * Their messages are not out, except that the broker may have kept one that it nacked.
   */
  async park(ids: readonly string[], reason: string): Promise<void> {
    await this.#database.query(
      `UPDATE outbox SET free_at = ${CLAIM}, parked_reason = $2, taken = $2 = 'nacked' WHERE id = ANY($1::bigint[])`,
      [ids, reason],
    );
  }

  async prolong(ids: readonly string[]): Promise<void> {
    await this.#database.queryByKey(PROLONG, [ids]);
  }

  /** Makes a domain's parked rows free to be claimed. */
  async unpark(domain: string): Promise<void> {
    await this.#database.query(
      `UPDATE outbox SET free_at = '-infinity', parked_reason = NULL
       FROM jobs WHERE jobs.id = outbox.job_id AND jobs.queue = $1 AND parked_reason IS NOT NULL`,
      [domain],
    );
  }

  async size(): Promise<number> {
    const [row] = await this.#database.query<{ rows: number }>('SELECT count(*)::int AS rows FROM outbox');
    return row?.rows ?? 0;
  }

  /** Counts what is due and not on its way: rows that nobody has claimed, and those that no queue takes. */
  async idle(): Promise<{ readonly free: number; readonly parked: number }> {
    const [row] = await this.#database.query<{ free: number; parked: number }>(COUNT_IDLE);
    return row ?? { free: 0, parked: 0 };
  }
}

// A row that is there again after a crash of the database is sent twice, as when its gateway had died before it confirmed.
const CONFIRM: PreparedStatement = {
  ...{ name: 'confirm', reads: 'by key' },
  text: `WITH ${UNSYNCED} DELETE FROM outbox USING unsynced WHERE id = ANY($1::bigint[])`,
};

const PROLONG: PreparedStatement = {
  ...{ name: 'prolong', reads: 'by key' },
  text: `WITH ${UNSYNCED} UPDATE outbox SET free_at = ${CLAIM} FROM unsynced WHERE id = ANY($1::bigint[])`,
};

const COUNT_IDLE = `
SELECT count(*) FILTER (WHERE parked_reason IS NULL)::int AS free, count(*) FILTER (WHERE parked_reason IS NOT NULL)::int AS parked
FROM outbox WHERE free_at <= now() OR parked_reason IS NOT NULL`;

// A table that was empty when the server last cleaned it up would be gone through for each row of another that it is joined with:
// rows are claimed by an array of ids here, and OFFSET below has what belongs to each looked up.
const CLAIM_CONTROL = `
WITH free AS (
  SELECT id FROM outbox WHERE lane = 0 AND free_at <= now() ORDER BY free_at, id LIMIT $1 FOR UPDATE SKIP LOCKED
)
UPDATE outbox SET free_at = now() + interval '${CONTROL_CLAIM_MS} milliseconds', taken = true
WHERE id = ANY(ARRAY(SELECT id FROM free))
RETURNING id, kind, job_id, run, spares_begun, queue, version::float8 AS version`;

const READ_ENTRIES = `
SELECT claimed.id, claimed.kind, claimed.job_id, claimed.run,
       greatest(0, extract(epoch FROM claimed.due_at - clock_timestamp()) * 1000)::float8 AS wait_ms,
       coalesce(claimed.priority, jobs.priority) AS priority, jobs.run AS newest_run, jobs.status,
       jobs.tenant, jobs.task, jobs.queue, jobs.payload::text AS payload, jobs.metadata::text AS metadata,
       jobs.charged, jobs.losses, jobs.max_attempts, jobs.timeout_ms::float8 AS timeout_ms, jobs.schema_hash, jobs.traceparent,
       jobs.created_at, jobs.scheduled_for, domains.queue_key,
       dead_letters.id AS letter_id, dead_letters.error AS dead_error, dead_letters.worker_id AS dead_worker, dead_letters.dead_at,
       events.id AS event_id, events.tenant AS event_tenant, events.type AS event_type, events.data::text AS event_data,
       events.received_at
FROM claimed
LEFT JOIN LATERAL (SELECT * FROM jobs WHERE jobs.id = claimed.job_id OFFSET 0) AS jobs ON true
LEFT JOIN domains ON domains.name = jobs.queue
LEFT JOIN LATERAL (
  SELECT * FROM dead_letters WHERE claimed.kind = 'dead-letter' AND dead_letters.job_id = claimed.job_id AND dead_letters.run = claimed.run OFFSET 0
) AS dead_letters ON true
LEFT JOIN LATERAL (SELECT * FROM events WHERE claimed.kind = 'event' AND events.uid = claimed.event_uid OFFSET 0) AS events ON true
ORDER BY claimed.id`;

const CLAIM_DUE: PreparedStatement = {
  ...{ name: 'claim-due', reads: 'by key' },
  text: `
WITH free AS (
  SELECT id FROM outbox WHERE lane = 1 AND free_at <= now() ORDER BY free_at, id LIMIT $1 FOR UPDATE SKIP LOCKED
), claimed AS (
  UPDATE outbox SET free_at = ${CLAIM}, taken = true, parked_reason = NULL WHERE id = ANY(ARRAY(SELECT id FROM free)) RETURNING *
)
${READ_ENTRIES}`,
};

const READ_CLAIMED: PreparedStatement = {
  ...{ name: 'read-claimed', reads: 'by key' },
  text: `WITH claimed AS (SELECT * FROM outbox WHERE id = ANY($1::bigint[])) ${READ_ENTRIES}`,
};
