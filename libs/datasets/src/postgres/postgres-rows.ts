import { type UserDatabase } from '../catalog.js';
import { type BoundSql } from '../parameter-values.js';
import { DEFAULT_BATCH_ROWS, type ReadOptions, type Row, type RowSource } from '../row-source.js';
import { PostgresResult } from './postgres-result.js';
import { PostgresSession } from './postgres-session.js';

/** Begins a transaction that sees the database as it is at its first query, and writes nothing. */
export const READ_ONE_SNAPSHOT = 'begin transaction isolation level repeatable read read only';

/** Rows by a cursor on the server, in a transaction that reads one snapshot and writes nothing. */
export class PostgresRows implements RowSource {
  estimatedRows: number | null = null;
  #first: readonly Row[] | undefined;

  private constructor(
    private readonly session: PostgresSession,
    private readonly result: PostgresResult,
  ) {}

  /** Resolves when the first rows are there. @throws DatabaseTrouble, DatasetRefusal */
  static async open(database: UserDatabase, query: BoundSql, options: ReadOptions): Promise<PostgresRows> {
    const session = await PostgresSession.open(database, options.signal);
    try {
      await session.query(READ_ONE_SNAPSHOT);
      const estimate = options.estimate === true ? await estimatedRows(session, query) : null;
      const source = await PostgresRows.within(session, query, options);
      source.estimatedRows = estimate;
      return source;
    } catch (error) {
      await session.close();
      throw error;
    }
  }

  /** Rows of a query in a transaction that is open; whoever opened it closes it. One query at a time. */
  static async within(session: PostgresSession, query: BoundSql, options: ReadOptions): Promise<PostgresRows> {
    const { batchRows = DEFAULT_BATCH_ROWS } = options;
    const result = await session.run(async (client) => new PostgresResult(client, query, batchRows));
    const source = new PostgresRows(session, result);
    source.#first = await source.#next();
    return source;
  }

  get fields(): readonly string[] {
    return this.result.fields;
  }

  async read(): Promise<readonly Row[]> {
    const first = this.#first;
    this.#first = undefined;
    return first ?? this.#next();
  }

  close(): Promise<void> {
    return this.session.close();
  }

  #next(): Promise<readonly Row[]> {
    return this.session.run(() => this.result.read());
  }
}

async function estimatedRows(session: PostgresSession, { sql, values }: BoundSql): Promise<number | null> {
  const plan = await session.query<PlanRow>(`explain (format json) ${sql}`, values);
  return plan.rows[0]?.['QUERY PLAN'][0]?.Plan?.['Plan Rows'] ?? null;
}

interface PlanRow {
  readonly 'QUERY PLAN': readonly { readonly Plan?: { readonly 'Plan Rows'?: number } }[];
}
