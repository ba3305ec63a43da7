import type mysql from 'mysql2';
import { type Column } from '../catalog.js';
import { RowBatch } from '../row-batch.js';
import { type Row } from '../row-source.js';
import { type CellReader, cellReader } from './mysql-cells.js';

type Columns = readonly Pick<Column, 'name' | 'type'>[];

/** What a query gives, in batches; the connection reads no further than one batch ahead. */
export class MysqlResult {
  /** The names of its columns, known with the first batch. */
  fields: readonly string[] = [];
  /** Everything has come. */
  isWhole = false;
  #readers: readonly CellReader[] = [];
  readonly #batch: RowBatch;
  #error: Error | undefined;
  #onBatch: () => void = () => undefined;

  constructor(
    private readonly client: mysql.Connection,
    sql: string,
    private readonly columns: Columns,
    batchRows: number,
  ) {
    this.#batch = new RowBatch(batchRows);
    // A connection that breaks is told to commands with a callback alone; this one has none.
    client.once('error', this.#onBreak);
    // As bytes: the driver's own forms round numbers and turn dates.
    client
      .query({ sql, rowsAsArray: true, typeCast: false })
      .on('fields', (fields: mysql.FieldPacket[] | undefined) => this.#begin(fields ?? []))
      .on('result', (row: unknown) => this.#take(row))
      .on('error', (error: Error) => this.#end(error))
      .on('end', () => this.#end());
  }

  /** The next batch; empty at the end. */
  async read(): Promise<readonly Row[]> {
    if (!this.isWhole && !this.#batch.isFull) {
      const batch = new Promise<void>((resolve) => (this.#onBatch = resolve));
      this.client.resume();
      await batch;
    }
    if (this.#error !== undefined) throw this.#error;
    return this.#batch.take();
  }

  #begin(fields: readonly mysql.FieldPacket[]): void {
    this.fields = fields.map(({ name }) => name);
    const types = new Map(this.columns.map(({ name, type }) => [name, type]));
    this.#readers = fields.map((field) => cellReader(field, types.get(field.name)));
  }

  #take(row: unknown): void {
    // A statement without rows gives an account of what it did.
    if (!Array.isArray(row)) return;
    this.#batch.add(this.#readers.map((read, index) => read(row[index] as Buffer | null)));
    if (!this.#batch.isFull) return;
    this.client.pause();
    this.#onBatch();
  }

  readonly #onBreak = (error: Error): void => this.#end(error);

  #end(error?: Error): void {
    this.client.off('error', this.#onBreak);
    this.#error ??= error;
    this.isWhole = true;
    this.#onBatch();
  }
}
