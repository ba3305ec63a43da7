import type pg from 'pg';
import Cursor from 'pg-cursor';
import { type BoundSql } from '../parameter-values.js';
import { RowBatch } from '../row-batch.js';
import { type Row } from '../row-source.js';
import { ROW_TYPES } from './postgres-client.js';

/** A cursor keeps what it has been sent until all that was asked for is there. */
interface RowsOfCursor {
  _rows: Row[];
}

/**
 * What a query gives, in batches. The server is asked for a batch by its rows; when they are long, the connection is not read before
 * those that have come are taken.
 */
export class PostgresResult {
  /** The names of its columns, known with the first batch. */
  fields: readonly string[] = [];
  readonly #cursor: Cursor<Row>;
  readonly #batch: RowBatch;
  /** Of what was asked for, rows that have not come; undefined when nothing is on its way. */
  #missing: number | undefined;
  #isWhole = false;
  #error: Error | undefined;
  #onMore: () => void = () => undefined;

  constructor(
    private readonly client: pg.Client,
    { sql, values }: BoundSql,
    private readonly batchRows: number,
  ) {
    this.#batch = new RowBatch(batchRows);
    this.#cursor = client.query(new Cursor<Row>(sql, [...values], { rowMode: 'array', types: ROW_TYPES }));
    this.#cursor.on('row', (row: Row, { fields }: pg.QueryResult) => this.#take(row, fields));
  }

  /** The next batch; empty at the end. */
  async read(): Promise<readonly Row[]> {
    while (!this.#isWhole && !this.#batch.isFull) {
      const more = new Promise<void>((resolve) => (this.#onMore = resolve));
      this.#goOn();
      await more;
    }
    if (this.#error !== undefined) throw this.#error;
    return this.#batch.take();
  }

  #goOn(): void {
    // Also before a batch is asked for: the end of the last one may have come with the rows at which reading was paused.
    this.client.connection.stream.resume();
    if (this.#missing !== undefined) return;
    this.#missing = this.batchRows;
    this.#cursor.read(this.batchRows, (error, _rows, result: pg.QueryResult | undefined) => this.#end(error, result));
  }

  #take(row: Row, fields: pg.FieldDef[]): void {
    (this.#cursor as unknown as RowsOfCursor)._rows = [];
    this.#missing = (this.#missing ?? 0) - 1;
    if (this.fields.length === 0) this.fields = namesOf(fields);
    this.#batch.add(row);
    if (!this.#batch.isFull || this.#missing === 0) return;
    this.client.connection.stream.pause();
    this.#onMore();
  }

  // Without an error it is null, and a cursor that has come to its end gives no result, whatever the types say.
  #end(error: Error | undefined, result: pg.QueryResult | undefined): void {
    this.#error ??= error ?? undefined;
    if (this.fields.length === 0) this.fields = namesOf(result?.fields ?? []);
    this.#isWhole = this.#missing !== 0 || this.#error !== undefined;
    this.#missing = undefined;
    this.#onMore();
  }
}

function namesOf(fields: readonly pg.FieldDef[]): readonly string[] {
  return fields.map(({ name }) => name);
}
