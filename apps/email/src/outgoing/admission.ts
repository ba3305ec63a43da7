import { type Standstill } from '#libs/consumer';

/** Proves the login; throws a `Standstill` when the server refuses it. */
type Prove = () => Promise<unknown>;

/**
 * Whether the server has us at all. When it refuses us, no mail is tried until the pause is over; and a login is tried by one
 * alone before any mail depends on it: servers lock an account that many try with a wrong password.
 */
export class Admission {
  readonly #prove: Prove | null;
  readonly #now: () => number;
  #proof: Promise<unknown> | undefined;
  #refusal: { readonly standstill: Standstill; readonly until: number } | undefined;

  /**
   * @param prove null when there is no login
   * @param now milliseconds. @default the process's monotonic clock
   */
  constructor(prove: Prove | null, now: () => number = () => performance.now()) {
    this.#prove = prove;
    this.#now = now;
  }

  /**
   * Settles when the login is proven, whoever has asked for it.
   * @throws Standstill while the server refuses us
   * @throws whatever else kept the login from being proven; the next one tries again
   */
  async wait(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#refusal !== undefined && this.#now() < this.#refusal.until) throw this.#refusal.standstill;
    this.#proof ??= this.#prove?.().catch((error: unknown) => {
      this.#proof = undefined;
      throw error;
    });
    if (this.#proof !== undefined) await unlessAborted(this.#proof, signal);
  }

  /** The server refuses us. */
  refuse(standstill: Standstill): void {
    this.#proof = undefined;
    this.#refusal = { standstill, until: this.#now() + standstill.delayMs };
  }
}

function unlessAborted(work: Promise<unknown>, signal: AbortSignal): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const giveUp = (): void => {
      reject(signal.reason as Error);
    };
    signal.addEventListener('abort', giveUp, { once: true });
    void work.then(resolve, reject).finally(() => {
      signal.removeEventListener('abort', giveUp);
    });
  });
}
