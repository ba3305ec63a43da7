import { type Row } from './row-source.js';

/** Characters of a batch, about: enough that asking for it costs little, few enough that several find room in a thread. */
const BATCH_CHARACTERS = 2 * 1_024 * 1_024;
const FIRST_ROWS = 10;
/** A batch that comes after shorter rows is this much larger than expected at most, before its rows are known. */
const GROWTH = 4;

/** How many rows to ask a cursor for, so that long rows come in small batches: judged by the batch before. */
export class BatchSize {
  #rows: number;

  constructor(private readonly most: number) {
    this.#rows = Math.min(FIRST_ROWS, most);
  }

  /** Rows to ask for next; 1 at least. */
  get rows(): number {
    return this.#rows;
  }

  /** Takes note of what has come. */
  note(batch: readonly Row[]): void {
    const characters = batch.reduce((sum, row) => sum + charactersOf(row), 0);
    const fitting = Math.floor((BATCH_CHARACTERS * batch.length) / Math.max(1, characters));
    this.#rows = Math.max(1, Math.min(fitting, this.#rows * GROWTH, this.most));
  }
}

/** How long the texts of a row are. */
export function charactersOf(row: Row): number {
  let characters = 0;
  for (const cell of row) characters += cell?.length ?? 0;
  return characters;
}

/** True when rows that are read one by one are enough for a batch. */
export function isFull(
  { rows, characters }: { readonly rows: number; readonly characters: number },
  most: number,
): boolean {
  return rows >= most || characters >= BATCH_CHARACTERS;
}
