import { type MinuteStore } from '../ledger/queue-counts.js';

const FOLD_EVERY_MS = 60_000;

/** Folds what is counted of queues, once a minute. */
export class MinuteFolder {
  readonly #minutes: MinuteStore;
  #timer: NodeJS.Timeout | undefined;
  #folding: Promise<void> | undefined;

  constructor(minutes: MinuteStore) {
    this.#minutes = minutes;
  }

  start(): void {
    // While the ledger is away nothing is counted either; the next minute folds more.
    const fold = (): Promise<void> => this.#minutes.fold().catch(() => undefined);
    this.#timer = setInterval(() => {
      this.#folding = fold();
    }, FOLD_EVERY_MS).unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#folding;
  }
}
