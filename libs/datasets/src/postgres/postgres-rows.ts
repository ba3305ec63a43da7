import type pg from 'pg';
import Cursor from 'pg-cursor';
import { BatchSize } from '../batch-size.js';
import { type UserDatabase } from '../catalog.js';
import { type BoundSql } from '../parameter-values.js';
import { DEFAULT_BATCH_ROWS, type ReadOptions, type Row, type RowSource } from '../row-source.js';
import { ROW_TYPES } from './postgres-client.js';
import { PostgresSession } from './postgres-session.js';

/** Begins a transaction that sees the database as it is at its first query, and writes nothing. */
export const READ_ONE_SNAPSHOT = 'begin transaction isolation level repeatable read read only';

interface Batch {
  readonly rows: readonly Row[];
  readonly fields: readonly string[];
}

/** Rows by a cursor on the server, in a transaction that reads one snapshot and writes nothing. */
export class PostgresRows implements RowSource {
  fields: readonly string[] = [];
  estimatedRows: number | null = null;
  #first: readonly Row[] | undefined;
  #cursor: Cursor<Row> | undefined;
  readonly #size: BatchSize;

  private constructor(
    private readonly session: PostgresSession,
    private readonly options: ReadOptions,
  ) {
    this.#size = new BatchSize(options.batchRows ?? DEFAULT_BATCH_ROWS);
  }

  /** Resolves when the first rows are there. @throws DatabaseTrouble, DatasetRefusal */
  static async open(database: UserDatabase, query: BoundSql, options: ReadOptions): Promise<PostgresRows> {
    const session = await PostgresSession.open(database, options.signal);
    const source = new PostgresRows(session, options);
    try {
      await session.query(READ_ONE_SNAPSHOT);
      await source.#begin(query);
      return source;
    } catch (error) {
      await session.close();
      throw error;
    }
  }

  /** Rows of a query in a transaction that is open; whoever opened it closes it. One query at a time. */
  static async within(session: PostgresSession, query: BoundSql, options: ReadOptions): Promise<PostgresRows> {
    const source = new PostgresRows(session, options);
    await source.#begin(query);
    return source;
  }

  async read(): Promise<readonly Row[]> {
    const first = this.#first;
    this.#first = undefined;
    return first ?? (await this.#next()).rows;
  }

  /** Ends the query before its end; the transaction goes on. */
  async finish(): Promise<void> {
    await this.session.run(async () => this.#cursor?.close());
  }

  close(): Promise<void> {
    return this.session.close();
  }

  async #begin({ sql, values }: BoundSql): Promise<void> {
    if (this.options.estimate === true) {
      const plan = await this.session.query<PlanRow>(`explain (format json) ${sql}`, values);
      this.estimatedRows = plan.rows[0]?.['QUERY PLAN'][0]?.Plan?.['Plan Rows'] ?? null;
    }
    this.#cursor = await this.session.run(async (client) =>
      client.query(new Cursor<Row>(sql, [...values], { rowMode: 'array', types: ROW_TYPES })),
    );
    const { rows, fields } = await this.#next();
    this.fields = fields;
    this.#first = rows;
  }

  async #next(): Promise<Batch> {
    const batch = await this.session.run(
      () =>
        new Promise<Batch>((resolve, reject) => {
          const take = (error: Error | undefined, rows: Row[], result: pg.QueryResult | undefined): void => {
            if (error) reject(error);
            else resolve({ rows, fields: result?.fields.map(({ name }) => name) ?? [] });
          };
          // An error comes without rows, and a cursor that has come to its end without a result, whatever the types say.
          this.#cursor?.read(this.#size.rows, take);
        }),
    );
    this.#size.note(batch.rows);
    return batch;
  }
}

interface PlanRow {
  readonly 'QUERY PLAN': readonly { readonly Plan?: { readonly 'Plan Rows'?: number } }[];
}
