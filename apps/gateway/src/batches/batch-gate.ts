import { later } from '../http/problem.js';

/** The body of a call, what is read from it and what goes to the ledger take memory many times its 32 MiB. */
const CALLS_AT_ONCE = 4;
const RETRY_SECONDS = 2;

/** Lets a few batch calls in at a time. */
export class BatchGate {
  #inside = 0;

  /** @throws Problem 503 when as many calls are under way as may */
  async within<T>(work: () => Promise<T>): Promise<T> {
    if (this.#inside >= CALLS_AT_ONCE) {
      throw later(503, 'Too many batches are being taken in. This one was not taken.', RETRY_SECONDS, 'batches_busy');
    }
    this.#inside += 1;
    try {
      return await work();
    } finally {
      this.#inside -= 1;
    }
  }
}
