/** By so much a call may be early, so that one which comes late leaves no gap. */
const EARLY_MS = 200;

/** Spreads calls evenly over time. Times are milliseconds of a clock that only rises. */
export class Pace {
  #next = 0;

  /** How long until the next call may begin; 0: now. */
  waitMs(now: number): number {
    return Math.max(0, this.#next - EARLY_MS - now);
  }

  /** A call begins. @param perSecond how many may, in a second */
  take(now: number, perSecond: number): void {
    this.#next = Math.max(now, this.#next) + 1_000 / perSecond;
  }
}
