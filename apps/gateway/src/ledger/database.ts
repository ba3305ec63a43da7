import pg from 'pg';
import { type JobChange } from '#libs/contracts';
import { connectionPool, STATEMENT_TIMEOUT_MS } from './connection-pool.js';
import { Lease, type LimitedQuery } from './lease.js';
import { queryOf, type Statement } from './statement.js';

/** Statements that wait for a connection; each waits 3 s at most. */
const WAITING_STATEMENTS = 2_000;
const CONFLICT_TRIES = 5;
const PATIENCE_MS = 3_600_000;
const CONNECTIONS = 10;
const CONNECTIONS_BY_KEY = 5;
// With PostgreSQL's own 4 MB a search that combines two filters forgets which of a million jobs it has found, and looks again.
// Statements are short, however much their plans are said to cost: none is worth compiling.
const SETTINGS = { work_mem: '16MB', jit: 'off' };
// A plan that is kept may be older than nearly all rows of its tables: it must be one that is good however many there are.
const BY_KEY_SETTINGS = {
  ...SETTINGS,
  plan_cache_mode: 'force_generic_plan',
  enable_seqscan: 'off',
  enable_hashjoin: 'off',
  enable_mergejoin: 'off',
};

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

/** A transaction that finds rows by keys. */
export interface KeyedTransaction extends KeyedQueries {
  /**
   * Commits all that was sent, and leaves together with it: whoever needs no answer before that saves a round trip. Nothing can be sent
   * afterwards. When one of the statements fails, all is rolled back, and the transaction rejects. It may be committed when what fails
   * is done with the answers.
   */
  commit(): void;
}

/** The ledger is out of reach; whether a statement on its way was committed is not known. Callers try again or answer 503. */
export class LedgerUnavailableError extends Error {}

/**
 * The ledger's connections. Every wait has a limit: for a connection, for a statement, in an idle transaction.
 * Errors of the connection become `LedgerUnavailableError`; errors of a statement stay PostgreSQL's own.
 */
export class Database implements Queries {
  readonly joinsLists = true;
  readonly #pool: pg.Pool;
  readonly #byKey: pg.Pool;
  readonly #listeners = new Set<(changes: readonly JobChange[]) => void>();

  /** @param options.connections at once; fewer of them find rows by keys alone, besides those that may find them in any way */
  constructor(url: string, { connections = CONNECTIONS }: { connections?: number } = {}) {
    this.#pool = connectionPool(url, connections, SETTINGS);
    this.#byKey = connectionPool(url, Math.min(connections, CONNECTIONS_BY_KEY), BY_KEY_SETTINGS);
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
    return this.#single(this.#pool, queryOf(sql, values));
  }

  /** Runs a statement that finds every row by a key, so that its plan is kept if it says that it does. */
  async queryByKey<T extends object = Record<string, unknown>>(
    sql: Statement,
    values: readonly unknown[] = [],
  ): Promise<T[]> {
    return this.#single(this.#byKey, queryOf(sql, values, true));
  }

  /**
   * Runs statements in one transaction: committed when `work` resolves, rolled back when it rejects. After a conflict with
   * another transaction `work` runs again.
   */
  async transaction<R>(work: (transaction: Transaction) => Promise<R>): Promise<R> {
    return this.#leasing(this.#pool, (lease) =>
      concluding(lease, async () => {
        const { client } = lease;
        await lease.send({ text: 'BEGIN' });
        return work({
          joinsLists: true,
          patiently: async (text) => {
            await client.query(`SET LOCAL statement_timeout = ${PATIENCE_MS}`);
            const limited: LimitedQuery = { text, query_timeout: PATIENCE_MS };
            await client.query(limited);
            await client.query(`SET LOCAL statement_timeout = ${STATEMENT_TIMEOUT_MS}`);
          },
          ...queriesOn(lease, false),
        });
      }),
    );
  }

  /**
   * A transaction that finds every row by a key, so that plans of statements which say that they do are kept. Of two lists it would
   * compare each row with each other: what joins long ones, as the entry of jobs does, asks for `Queries`, which this is not.
   * @param read locks and reads, and writes nothing: what it sends leaves together with the statement that begins the transaction
   * @param work gets what was read
   */
  async transactionByKey<S, R>(
    read: (transaction: KeyedQueries) => Promise<S>,
    work: (transaction: KeyedTransaction, found: S) => Promise<R>,
  ): Promise<R> {
    return this.#leasing(this.#byKey, (lease) =>
      concluding(lease, async () => {
        const queries = queriesOn(lease, true);
        const [, found] = await Promise.all([lease.send({ text: 'BEGIN' }), read(queries)]);
        // Whether it could be committed is what `concluding` waits for.
        const commit = (): void => void lease.commit().catch(() => undefined);
        return work({ commit, ...queries }, found);
      }),
    );
  }

  /** Resolves when the database answers. */
  async check(): Promise<void> {
    await this.query('SELECT 1');
  }

  async close(): Promise<void> {
    await Promise.all([this.#pool.end(), this.#byKey.end()]);
  }

  async #single<T extends object>(pool: pg.Pool, query: pg.QueryConfig): Promise<T[]> {
    return this.#leasing(pool, async (lease) => {
      try {
        return (await lease.client.query<T>(query)).rows;
      } catch (error) {
        lease.condemn();
        throw error;
      }
    });
  }

  /** @param work settles when what it has sent is committed or rolled back */
  async #leasing<R>(pool: pg.Pool, work: (lease: Lease) => Promise<R>): Promise<R> {
    return reaching(pool, async () => {
      const lease = new Lease(await pool.connect());
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
}

async function reaching<R>(pool: pg.Pool, work: () => Promise<R>): Promise<R> {
  if (pool.waitingCount >= WAITING_STATEMENTS) {
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

/** Commits what `work` has done, or rolls it back. */
async function concluding<R>(lease: Lease, work: () => Promise<R>): Promise<R> {
  try {
    const result = await work();
    await lease.commit();
    return result;
  } catch (error) {
    await lease.rollBack();
    throw wasRefused(error) ? (lease.failure ?? error) : error;
  }
}

/** @param byKey whether the connection finds rows by keys alone */
function queriesOn(lease: Lease, byKey: boolean): KeyedQueries {
  return {
    query: async <T extends object>(sql: Statement, values: readonly unknown[] = []) => {
      const { rows } = await lease.send<T>(queryOf(sql, values, byKey));
      return rows;
    },
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

/** True when a statement was refused because one before it in its transaction had failed. */
function wasRefused(error: unknown): boolean {
  return sqlState(error) === '25P02';
}

// 08 connection, 25P03 a transaction that nobody went on with, 53 resources, 57 operator intervention (shutdown, cancel), 58 system; none at
// all: the socket's error.
function isOutOfReach(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const state = sqlState(error);
  if (state !== undefined) return /^(?:08|25P03|53|57|58)/.test(state);
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
