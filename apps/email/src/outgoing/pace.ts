/** Gives out places in time, so many a second and none twice. */
export class Pace {
  readonly #everyMs: number;
  #next = Number.NEGATIVE_INFINITY;

  /** @param perSecond above 0 */
  constructor(perSecond: number) {
    this.#everyMs = 1_000 / perSecond;
  }

  /** Takes the next place from `now` on; when it is, by the same clock. */
  take(now: number): number {
    const place = Math.max(now, this.#next);
    this.#next = place + this.#everyMs;
    return place;
  }

  /** True when every place that was given out is over. */
  isIdle(now: number): boolean {
    return this.#next <= now;
  }
}
