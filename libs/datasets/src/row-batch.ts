import { type Row } from './row-source.js';

/** Characters of a batch, about: enough that asking for it costs little, few enough that several find room in a thread. */
const BATCH_CHARACTERS = 2 * 1_024 * 1_024;

/** Rows as a database sends them, until they are enough for a batch: because they are many, or because they are long. */
export class RowBatch {
  #rows: Row[] = [];
  #characters = 0;

  constructor(private readonly mostRows: number) {}

  /** Rows that are on their way already may still be added. */
  get isFull(): boolean {
    return this.#rows.length >= this.mostRows || this.#characters >= BATCH_CHARACTERS;
  }

  add(row: Row): void {
    this.#rows.push(row);
    for (const cell of row) this.#characters += cell?.length ?? 0;
  }

  /** Gives the rows, and begins anew. */
  take(): readonly Row[] {
    const rows = this.#rows;
    [this.#rows, this.#characters] = [[], 0];
    return rows;
  }
}
