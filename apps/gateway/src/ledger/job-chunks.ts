import { bytesOf } from './job-insert.js';
import { type NewJob } from './new-job.js';

/** A statement stays short, so that those of others have their turn in between, and what is held in memory for it bounded. */
const MOST_JOBS = 500;
const MOST_BYTES = 512 * 1024;

/** Gathers jobs, and what each is entered for, until they are enough for a statement, however many there are and however large. */
export class JobChunks<T> {
  #chunk: T[] = [];
  #bytes = 0;

  constructor(private readonly enter: (chunk: readonly T[]) => Promise<void>) {}

  async add(one: T, job: NewJob): Promise<void> {
    this.#chunk.push(one);
    this.#bytes += bytesOf(job);
    if (this.#chunk.length >= MOST_JOBS || this.#bytes >= MOST_BYTES) await this.end();
  }

  /** Enters what is left. */
  async end(): Promise<void> {
    const chunk = this.#chunk;
    [this.#chunk, this.#bytes] = [[], 0];
    if (chunk.length > 0) await this.enter(chunk);
  }
}
