/** What is kept of jobs that wait. */
const MOST_KEPT = 1_000;
const LONGEST_SPREAD_MS = 60_000;

/** When jobs that were sent away come back, so that not all come at once. Times are milliseconds of a clock that only rises. */
export class Returns {
  #times: number[] = [];

  /** Jobs that are still away, as far as that is kept. */
  count(now: number): number {
    this.#times = this.#times.filter((time) => time > now);
    return this.#times.length;
  }

  /** Over how long the returns are spread, when two are to be this far apart and all are to be back within a minute. */
  spreadMs(apartMs: number, now: number): number {
    return Math.min(this.count(now) * apartMs, LONGEST_SPREAD_MS);
  }

  add(time: number): void {
    if (this.#times.length < MOST_KEPT) this.#times.push(time);
  }
}
