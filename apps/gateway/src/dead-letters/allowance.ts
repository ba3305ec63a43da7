/** How many more may be sent out at a steady rate; what is not used within a second is lost, so that there are no bursts. */
export class Allowance {
  readonly #perSecond: number;
  readonly #clock: () => number;
  #saved = 1;
  #at: number;

  /** @param clock milliseconds that only rise */
  constructor(perSecond: number, clock: () => number = () => performance.now()) {
    this.#perSecond = perSecond;
    this.#clock = clock;
    this.#at = clock();
  }

  /** Whole ones that may be used now. */
  get available(): number {
    const now = this.#clock();
    const earned = ((now - this.#at) / 1_000) * this.#perSecond;
    this.#saved = Math.min(this.#saved + earned, Math.max(1, this.#perSecond));
    this.#at = now;
    return Math.floor(this.#saved);
  }

  use(count: number): void {
    this.#saved -= count;
  }
}
