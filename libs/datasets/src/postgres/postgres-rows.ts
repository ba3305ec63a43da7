import type pg from 'pg';
import Cursor from 'pg-cursor';
import { type UserDatabase } from '../catalog.js';
import { type BoundSql } from '../parameter-values.js';
import { DEFAULT_BATCH_ROWS, type ReadOptions, type Row, type RowSource } from '../row-source.js';
import { cancelPostgres, connectPostgres, ROW_TYPES } from './postgres-client.js';
import { asDatasetError } from './postgres-error.js';

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
  #reading = false;
  #closing: Promise<void> | undefined;

  private constructor(
    private readonly database: UserDatabase,
    private readonly client: pg.Client,
    private readonly options: ReadOptions,
  ) {
    options.signal.addEventListener('abort', this.#onAbort, { once: true });
  }

  /** Resolves when the first rows are there. @throws DatabaseTrouble, DatasetRefusal */
  static async open(database: UserDatabase, query: BoundSql, options: ReadOptions): Promise<PostgresRows> {
    options.signal.throwIfAborted();
    const source = new PostgresRows(database, await connectPostgres(database), options);
    try {
      await source.#begin(query);
      return source;
    } catch (error) {
      await source.close();
      throw error;
    }
  }

  async read(): Promise<readonly Row[]> {
    const first = this.#first;
    this.#first = undefined;
    return first ?? (await this.#next()).rows;
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.options.signal.removeEventListener('abort', this.#onAbort);
    if (this.#reading) await cancelPostgres(this.database, this.client);
    // The transaction has written nothing; the server forgets it with the connection.
    await this.client.end().catch(() => undefined);
  }

  async #begin({ sql, values }: BoundSql): Promise<void> {
    await this.#run(() => this.client.query('begin transaction isolation level repeatable read read only'));
    if (this.options.estimate === true) {
      const plan = await this.#run(() => this.client.query(`explain (format json) ${sql}`, [...values]));
      this.estimatedRows = plannedRows(plan.rows[0]);
    }
    this.#cursor = this.client.query(new Cursor<Row>(sql, [...values], { rowMode: 'array', types: ROW_TYPES }));
    const { rows, fields } = await this.#next();
    this.fields = fields;
    this.#first = rows;
  }

  async #next(): Promise<Batch> {
    return this.#run(
      () =>
        new Promise<Batch>((resolve, reject) => {
          const take = (error: Error | undefined, rows: Row[], result: pg.QueryResult | undefined): void => {
            if (error) reject(error);
            else resolve({ rows, fields: result?.fields.map(({ name }) => name) ?? [] });
          };
          // An error comes without rows, and a cursor that has come to its end without a result, whatever the types say.
          this.#cursor?.read(this.options.batchRows ?? DEFAULT_BATCH_ROWS, take);
        }),
    );
  }

  async #run<T>(work: () => Promise<T>): Promise<T> {
    this.options.signal.throwIfAborted();
    this.#reading = true;
    try {
      return await work();
    } catch (error) {
      this.options.signal.throwIfAborted();
      throw asDatasetError(error);
    } finally {
      this.#reading = false;
    }
  }

  readonly #onAbort = (): void => {
    void this.close();
  };
}

function plannedRows(row: unknown): number | null {
  const [{ Plan: plan } = { Plan: undefined }] = (row as { 'QUERY PLAN': { Plan?: { 'Plan Rows'?: number } }[] })[
    'QUERY PLAN'
  ];
  return plan?.['Plan Rows'] ?? null;
}
