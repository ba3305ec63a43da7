const PER_SECOND = 20;
const BURST = 100;

/** How much a socket may say: so many messages at once, and so many each second on the average. */
export class MessageBudget {
  #left = BURST;
  #at: number;

  constructor(private readonly now: () => number = Date.now) {
    this.#at = now();
  }

  /** Takes one message; false when it is too many. */
  take(): boolean {
    const now = this.now();
    this.#left = Math.min(BURST, this.#left + ((now - this.#at) / 1_000) * PER_SECOND);
    this.#at = now;
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }
}
