import pg from 'pg';
import { type JobChange } from '#libs/contracts';
import { Lease } from './lease.js';
import { queryOf, type Statement } from './statement.js';

// A caller is answered within ten seconds whatever the database does.
const STATEMENT_TIMEOUT_MS = 6_000;
const CONNECT_TIMEOUT_MS = 3_000;
/** Statements that wait for a connection; each waits 3 s at most. */
const WAITING_STATEMENTS = 2_000;
const CONFLICT_TRIES = 5;
const IDLE_IN_TRANSACTION_MS = 30_000;
const PATIENCE_MS = 3_600_000;
// With PostgreSQL's own 4 MB a search that combines two filters forgets which of a million jobs it has found, and looks again.
// Statements are short, however much their plans are said to cost: none is worth compiling.
const OPTIONS = '-c work_mem=16MB -c jit=off';
// A plan that is kept may be older than nearly all rows of its tables: it must be one that is good however many there are.
const BY_KEY = [
  'plan_cache_mode = force_generic_plan',
  ...['seqscan', 'hashjoin', 'mergejoin'].map((way) => `enable_${way} = off`),
];
const BEGIN_BY_KEY = ['BEGIN', ...BY_KEY.map((setting) => `SET LOCAL ${setting}`)].join('; ');

/** Where statements run that find each row by a key, or read none. */
export interface KeyedQueries {
  query<T extends object = Record<string, unknown>>(sql: Statement, values?: readonly unknown[]): Promise<T[]>;
}

/** Where any statement runs: the pool, or one transaction. */
export interface Queries extends KeyedQueries {
  /** Rows of two lists find each other without being compared each with each. */
  readonly joinsLists: true;
}

/** A transaction; it ends when the function that it was handed to settles. */
export interface Transaction extends Queries {
  /** Runs statements that nobody waits for and that may take up to an hour: they look at every job. */
  patiently(sql: string): Promise<void>;
}

/** What the driver takes with a single query, too. */
type LimitedQuery = pg.QueryConfig & { readonly query_timeout: number };

/** The ledger is out of reach; whether a statement on its way was committed is not known. Callers try again or answer 503. */
export class LedgerUnavailableError extends Error {}

/**
 * The ledger's connections. Every wait has a limit: for a connection, for a statement, in an idle transaction.
 * Errors of the connection become `LedgerUnavailableError`; errors of a statement stay PostgreSQL's own.
 */
export class Database implements Queries {
  readonly joinsLists = true;
  readonly #pool: pg.Pool;
  readonly #listeners = new Set<(changes: readonly JobChange[]) => void>();

  constructor(url: string, options: { connections?: number } = {}) {
    this.#pool = new pg.Pool({
      connectionString: url,
      max: options.connections ?? 10,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      statement_timeout: STATEMENT_TIMEOUT_MS,
      query_timeout: STATEMENT_TIMEOUT_MS + 500,
      idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
      application_name: 'leveret-gateway',
      options: OPTIONS,
      keepAlive: true,
    });
    // An idle connection that breaks leaves the pool by itself; the next statement gets a new one.
    this.#pool.on('error', () => undefined);
  }

  /**
   * Adds one who is told of jobs that have changed, after the commit and whoever wrote them: the database itself says what a
   * statement did to jobs. Changes of a commit whose answer was lost are not told.
   */
  onJobChanges(listener: (changes: readonly JobChange[]) => void): void {
    this.#listeners.add(listener);
  }

  async query<T extends object = Record<string, unknown>>(
    sql: Statement,
    values: readonly unknown[] = [],
  ): Promise<T[]> {
    return this.#leasing(async (lease) => {
      try {
        return (await lease.client.query<T>(queryOf(sql, values))).rows;
      } catch (error) {
        lease.condemn();
        throw error;
      }
    });
  }

  /**
   * Runs statements in one transaction: committed when `work` resolves, rolled back when it rejects. After a conflict with
   * another transaction `work` runs again.
   */
  async transaction<R>(work: (transaction: Transaction) => Promise<R>): Promise<R> {
    return this.#transaction('BEGIN', (client) =>
      work({
        ...queriesOn(client, false),
        joinsLists: true,
        patiently: async (text) => {
          await client.query(`SET LOCAL statement_timeout = ${PATIENCE_MS}`);
          const limited: LimitedQuery = { text, query_timeout: PATIENCE_MS };
          await client.query(limited);
          await client.query(`SET LOCAL statement_timeout = ${STATEMENT_TIMEOUT_MS}`);
        },
      }),
    );
  }

  /**
   * A transaction that finds every row by a key, so that plans of statements which say that they do are kept. Of two lists it would
   * compare each row with each other: what joins long ones, as the entry of jobs does, asks for `Queries`, which this is not.
   */
  async transactionByKey<R>(work: (transaction: KeyedQueries) => Promise<R>): Promise<R> {
    return this.#transaction(BEGIN_BY_KEY, (client) => work(queriesOn(client, true)));
  }

  async #transaction<R>(begin: string, work: (client: pg.PoolClient) => Promise<R>): Promise<R> {
    return this.#leasing(async (lease) => {
      const { client } = lease;
      try {
        await client.query(begin);
        const result = await work(client);
        await client.query('COMMIT');
        return result;
      } catch (error) {
        await client.query('ROLLBACK').catch(() => lease.condemn());
        throw error;
      }
    });
  }

  /** Resolves when the database answers. */
  async check(): Promise<void> {
    await this.query('SELECT 1');
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }

  /** @param work settles when what it has sent is committed or rolled back */
  async #leasing<R>(work: (lease: Lease) => Promise<R>): Promise<R> {
    return this.#reaching(async () => {
      const lease = new Lease(await this.#pool.connect());
      try {
        const result = await work(lease);
        const changes = lease.changes();
        if (changes.length > 0) for (const listener of this.#listeners) listener(changes);
        return result;
      } finally {
        lease.end();
      }
    });
  }

  async #reaching<R>(work: () => Promise<R>): Promise<R> {
    if (this.#pool.waitingCount >= WAITING_STATEMENTS) {
      throw new LedgerUnavailableError('Too many statements wait for the database.');
    }
    for (let tries = 1; ; tries += 1) {
      try {
        return await work();
      } catch (error) {
        if (isConflict(error) && tries < CONFLICT_TRIES) continue; // rolled back whole: the same work may well succeed
        throw isOutOfReach(error) || isConflict(error)
          ? new LedgerUnavailableError(messageOf(error), { cause: error })
          : error;
      }
    }
  }
}

/** @param byKey whether the connection finds rows by keys alone */
function queriesOn(client: pg.PoolClient, byKey: boolean): KeyedQueries {
  return {
    query: async <T extends object>(sql: Statement, values: readonly unknown[] = []) =>
      (await client.query<T>(queryOf(sql, values, byKey))).rows,
  };
}

/** True when a statement was refused because of what is in it, so that the same statement would be refused again. */
export function blamesContent(error: unknown): boolean {
  const state = sqlState(error);
  // 22 data exception, 23 integrity violation, 54 limit exceeded, P0 raised by a trigger
  return state !== undefined && /^(?:22|23|54|P0)/.test(state);
}

/** True when a statement does not fit the tables that there are: they are those of another version of Leveret. */
export function blamesSchema(error: unknown): boolean {
  return sqlState(error)?.startsWith('42') === true;
}

// 08 connection, 53 resources, 57 operator intervention (shutdown, cancel), 58 system; none at all: the socket's error.
function isOutOfReach(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const state = sqlState(error);
  if (state !== undefined) return /^(?:08|53|57|58)/.test(state);
  return 'code' in error || /timeout|terminated|connection/i.test(error.message);
}

// 40 deadlock or serialization failure, 55P03 a lock that was not to be had.
function isConflict(error: unknown): boolean {
  return /^(?:40|55P03)/.test(sqlState(error) ?? '');
}

function sqlState(error: unknown): string | undefined {
  return error instanceof pg.DatabaseError ? error.code : undefined;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
