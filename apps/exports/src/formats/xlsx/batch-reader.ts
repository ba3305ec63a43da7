import { type Row } from '#libs/datasets';

/** Reads rows across the borders of batches. */
export class BatchReader {
  readonly #batches: AsyncIterator<readonly Row[]>;
  #left: readonly Row[] = [];

  constructor(batches: AsyncIterable<readonly Row[]>) {
    this.#batches = batches[Symbol.asyncIterator]();
  }

  /** Up to so many rows; none at the end. */
  async read(most: number): Promise<readonly Row[]> {
    if (!(await this.hasMore())) return [];
    const rows = this.#left.slice(0, most);
    this.#left = this.#left.slice(most);
    return rows;
  }

  async hasMore(): Promise<boolean> {
    while (this.#left.length === 0) {
      const next = await this.#batches.next();
      if (next.done === true) return false;
      this.#left = next.value;
    }
    return true;
  }
}
