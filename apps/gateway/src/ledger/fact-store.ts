import { type JobError, type JobStatus } from '#libs/contracts';
import { uuidv7 } from 'uuidv7';
import { factTypeOf, hearsOf } from '../facts/fact-type.js';
import { type Database, type Queries } from './database.js';
import { insertEvents } from './event-insert.js';
import { CLAIM_MS } from './outbox-store.js';
import { JOB_COLUMNS_BUT_PAYLOAD, jobOf, type JobRecord } from './job-row.js';

/** That a job has ended. */
export interface NotedFact {
  /** The row's. */
  readonly id: string;
  readonly type: string;
  readonly row: FactRow;
}

/** The end of a job, as it is told. */
export interface Fact extends Pick<NotedFact, 'id' | 'type'> {
  /** The same however often the fact is told: of the job and the version that it ended with. */
  readonly name: string;
  readonly tenant: string;
  /** JSON text: the job without its payload. */
  readonly data: string;
  readonly endedAt: Date;
}

interface FactRow {
  readonly id: string;
  readonly job_id: string;
  readonly version: number;
  readonly status: JobStatus;
  readonly attempt: number;
  readonly error: JobError | null;
  readonly ended_at: Date;
}

/** Keeps what is to be told of the ends of jobs. The database notes it in the transaction that ends a job. */
export class FactStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Up to `limit` facts that nobody holds, oldest first. They stay anybody's. */
  async next(limit: number): Promise<NotedFact[]> {
    const rows = await this.#database.query<FactRow>(NEXT, [limit]);
    return rows.map((row) => ({ id: row.id, type: factTypeOf(row.status), row }));
  }

  /** Claims those of these facts that still nobody holds. */
  async claim(noted: readonly NotedFact[]): Promise<NotedFact[]> {
    const rows = await this.#database.query<{ id: string }>(CLAIM, [noted.map(({ id }) => id)]);
    const claimed = new Set(rows.map(({ id }) => id));
    return noted.filter(({ id }) => claimed.has(id));
  }

  /** Reads what is told of facts. Of a job that was deleted meanwhile there is nothing. */
  async read(noted: readonly NotedFact[]): Promise<Fact[]> {
    return factsOf(
      this.#database,
      noted.map(({ row }) => row),
    );
  }

  /** Forgets facts that are told. */
  async confirm(ids: readonly string[]): Promise<void> {
    await this.#database.query('DELETE FROM facts WHERE id = ANY($1::bigint[])', [ids]);
  }

  /** Gives back what was not told, to be claimed again. */
  async release(ids: readonly string[]): Promise<void> {
    await this.#database.query("UPDATE facts SET free_at = '-infinity' WHERE id = ANY($1::bigint[])", [ids]);
  }
}

/**
 * Enters the events of up to `limit` facts that a trigger may want; those that one hears of. Nobody else has them in hand. Returns how
 * many facts it were.
 */
export async function enterFacts(transaction: Queries, limit: number): Promise<number> {
  const rows = await transaction.query<FactRow>(TAKE_TO_FIRE, [limit]);
  if (rows.length === 0) return 0;
  const facts = await factsOf(transaction, rows);
  const patterns = await transaction.query<{ tenant: string; pattern: string }>(PATTERNS, [
    facts.map(({ tenant }) => tenant),
  ]);
  const heard = facts.filter(({ tenant, type }) =>
    patterns.some((listening) => listening.tenant === tenant && hearsOf(listening.pattern, type)),
  );
  await insertEvents(
    transaction,
    heard.map(({ tenant, name, type, data }) => ({ uid: uuidv7(), tenant, id: name, type, data, toPublish: false })),
  );
  await transaction.query('UPDATE facts SET fires = false WHERE id = ANY($1::bigint[])', [rows.map(({ id }) => id)]);
  return rows.length;
}

// A job that was retried meanwhile is told as it ended.
async function factsOf(queries: Queries, rows: readonly FactRow[]): Promise<Fact[]> {
  const jobs = await queries.query<JobRecord>(
    `SELECT ${JOB_COLUMNS_BUT_PAYLOAD} FROM jobs WHERE id = ANY($1::uuid[])`,
    [rows.map(({ job_id }) => job_id)],
  );
  const known = new Map(jobs.map((job) => [job.id, job]));
  return rows.flatMap(({ id, job_id, ended_at: endedAt, ...ended }) => {
    const job = known.get(job_id);
    if (job === undefined) return [];
    const { payload: _, ...told } = jobOf({ ...job, ...ended, completed_at: endedAt, next_attempt_at: null });
    const name = `${job.id}.${ended.version}`;
    return [{ id, name, tenant: job.tenant, type: factTypeOf(ended.status), data: JSON.stringify(told), endedAt }];
  });
}

const COLUMNS = 'id, job_id, version, status, attempt, error, ended_at';

const FREE = 'NOT fires AND free_at <= now()';

const NEXT = `SELECT ${COLUMNS} FROM facts WHERE ${FREE} ORDER BY id LIMIT $1`;

const CLAIM = `
WITH free AS (
  SELECT id FROM facts WHERE id = ANY($1::bigint[]) AND ${FREE} ORDER BY id FOR UPDATE SKIP LOCKED
)
UPDATE facts SET free_at = now() + interval '${CLAIM_MS} milliseconds' FROM free WHERE facts.id = free.id RETURNING facts.id`;

const TAKE_TO_FIRE = `SELECT ${COLUMNS} FROM facts WHERE fires ORDER BY id LIMIT $1 FOR NO KEY UPDATE SKIP LOCKED`;

const PATTERNS = `
SELECT DISTINCT tenant, pattern FROM triggers WHERE tenant = ANY($1::text[]) AND enabled AND pattern LIKE 'job.%'`;
