const WINDOW_MS = 60_000;
const MAX_TRIES = 60;
const MAX_ADDRESSES = 10_000;

/** Counts failed tries to authenticate by address, one minute at a time, in bounded memory. */
export class FailedTries {
  readonly #windows = new Map<string, { readonly endsAt: number; tries: number }>();

  constructor(private readonly now: () => number = Date.now) {}

  /** Adds a failed try. */
  count(address: string): void {
    const window = this.#windowOf(address);
    if (window !== undefined) {
      window.tries += 1;
      return;
    }
    this.#windows.delete(address);
    const [oldest] = this.#windows.keys();
    if (this.#windows.size >= MAX_ADDRESSES && oldest !== undefined) this.#windows.delete(oldest);
    this.#windows.set(address, { endsAt: this.now() + WINDOW_MS, tries: 1 });
  }

  /** Milliseconds until an address may try again; 0 when it may. */
  waitMs(address: string): number {
    const window = this.#windowOf(address);
    return window === undefined || window.tries < MAX_TRIES ? 0 : window.endsAt - this.now();
  }

  #windowOf(address: string): { readonly endsAt: number; tries: number } | undefined {
    const window = this.#windows.get(address);
    return window !== undefined && window.endsAt > this.now() ? window : undefined;
  }
}
