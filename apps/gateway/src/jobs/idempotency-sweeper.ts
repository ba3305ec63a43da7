import { type IdempotencyStore } from '../ledger/idempotency.js';

const SWEEP_EVERY_MS = 5 * 60_000;

/** Forgets idempotency keys whose time is over. */
export class IdempotencySweeper {
  readonly #store: Pick<IdempotencyStore, 'sweep'>;
  #timer: NodeJS.Timeout | undefined;
  #sweeping: Promise<void> | undefined;

  constructor(store: Pick<IdempotencyStore, 'sweep'>) {
    this.#store = store;
  }

  start(): void {
    this.#timer = setInterval(() => {
      // While the ledger is away, keys wait: one whose time is over counts for nothing.
      this.#sweeping = this.#store.sweep().catch(() => undefined);
    }, SWEEP_EVERY_MS).unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#sweeping;
  }
}
