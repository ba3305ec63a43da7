import { type Queries } from './database.js';
import { type DeadLetterRecord } from './dead-letter.js';
import { type DeadLetterFilter, whereOf } from './dead-letter-filter.js';
import { type TimeCursor } from './time-cursor.js';

/** Letters of one queue and task that died of the same. */
export interface DeadLetterGroup {
  readonly queue: string;
  readonly task: string | null;
  readonly errorCode: string;
  readonly count: number;
  readonly firstAt: Date;
  readonly lastAt: Date;
}

const MAX_GROUPS = 1_000;

/** Reads dead letters, and lets go of them. */
export class DeadLetterStore {
  readonly #database: Queries;

  constructor(database: Queries) {
    this.#database = database;
  }

  /** Letters newest first; with `after`, those behind it. */
  async list(filter: DeadLetterFilter, page: { limit: number; after: TimeCursor | null }): Promise<DeadLetterRecord[]> {
    const { sql, values } = whereOf(filter, 4);
    const rows = await this.#database.query<LetterRow>(
      `SELECT ${COLUMNS} FROM dead_letters
       WHERE ($2::timestamptz IS NULL OR (dead_at, id) < ($2, $3::uuid)) AND ${sql}
       ORDER BY dead_at DESC, id DESC LIMIT $1`,
      [page.limit, page.after?.at ?? null, page.after?.id ?? null, ...values],
    );
    return rows.map(recordOf);
  }

  async find(id: string): Promise<DeadLetterRecord | undefined> {
    const [row] = await this.#database.query<LetterRow>(`SELECT ${COLUMNS} FROM dead_letters WHERE id = $1`, [id]);
    return row === undefined ? undefined : recordOf(row);
  }

  /** How many letters died of what, the most first. */
  async groups(filter: DeadLetterFilter): Promise<DeadLetterGroup[]> {
    const { sql, values } = whereOf(filter, 2);
    const rows = await this.#database.query<GroupRow>(
      `SELECT queue, task, error_code, count(*)::int AS count, min(dead_at) AS first_at, max(dead_at) AS last_at
       FROM dead_letters WHERE ${sql} GROUP BY queue, task, error_code
       ORDER BY count DESC, queue, task, error_code LIMIT $1`,
      [MAX_GROUPS, ...values],
    );
    return rows.map((row) => ({
      queue: row.queue,
      task: row.task,
      errorCode: row.error_code,
      count: row.count,
      firstAt: row.first_at,
      lastAt: row.last_at,
    }));
  }

  /**
   * Lets go of up to `limit` letters, oldest first; their jobs stay as they are. Returns how many.
   * @param until letters that have come since are not meant; @default all that are there
   */
  async purge(filter: DeadLetterFilter, limit: number, until: Date | null = null): Promise<number> {
    const { sql, values } = whereOf(filter, 3);
    const rows = await this.#database.query<{ id: string }>(
      `DELETE FROM dead_letters WHERE id IN (
         SELECT id FROM dead_letters WHERE ($2::timestamptz IS NULL OR dead_at <= $2) AND ${sql}
         ORDER BY dead_at, id LIMIT $1 FOR UPDATE SKIP LOCKED)
       RETURNING id`,
      [limit, until, ...values],
    );
    return rows.length;
  }

  /** The ledger's clock. */
  async now(): Promise<Date> {
    const [row] = await this.#database.query<{ now: Date }>('SELECT clock_timestamp() AS now');
    return row?.now ?? new Date();
  }
}

const COLUMNS = 'id, job_id, tenant, queue, task, run, error, reason, payload, message, worker_id, dead_at';

interface LetterRow {
  readonly id: string;
  readonly job_id: string | null;
  readonly tenant: string;
  readonly queue: string;
  readonly task: string | null;
  readonly run: number | null;
  readonly error: DeadLetterRecord['error'];
  readonly reason: string;
  readonly payload: string;
  readonly message: DeadLetterRecord['message'];
  readonly worker_id: string | null;
  readonly dead_at: Date;
}

interface GroupRow {
  readonly queue: string;
  readonly task: string | null;
  readonly error_code: string;
  readonly count: number;
  readonly first_at: Date;
  readonly last_at: Date;
}

function recordOf(row: LetterRow): DeadLetterRecord {
  return {
    id: row.id,
    jobId: row.job_id,
    tenant: row.tenant,
    queue: row.queue,
    task: row.task,
    run: row.run,
    error: row.error,
    reason: row.reason,
    payload: row.payload,
    message: row.message,
    workerId: row.worker_id,
    deadAt: row.dead_at,
  };
}
