/** So many places that nobody used may be used later, by mails that were put off: they come when a message comes, not to the moment. */
const CREDIT = 5;

/**
 * A rate: places in time, so many a second and none twice, and a line of mails that were told when to come back. Nothing is kept of a
 * mail in the line, only when the line ends: so it may be as long as it likes, and a mail may come back to another process.
 */
export class Pace {
  readonly #everyMs: number;
  #next: number;
  #lineEnd = Number.NEGATIVE_INFINITY;

  /**
   * @param perSecond above 0
   * @param now when it begins, by the clock of every call: no place before that was there to be used
   */
  constructor(perSecond: number, now: number) {
    this.#everyMs = 1_000 / perSecond;
    this.#next = now;
  }

  /**
   * When a mail may go, as far as can be said before it takes its place.
   * @param isFurtherRun its job was sent out before, as it is for a mail that was put off; others are behind all that were put off
   */
  next(isFurtherRun: boolean, now: number): number {
    return Math.max(now, this.#next, isFurtherRun ? now : this.#lineEnd);
  }

  /** Takes the next place from `now` on; when it is, by the same clock. */
  take(isFurtherRun: boolean, now: number): number {
    const place = Math.max(this.#next, isFurtherRun ? now - CREDIT * this.#everyMs : now);
    this.#next = place + this.#everyMs;
    return Math.max(place, now);
  }

  /** Puts a mail at the end of the line; when it is to come back. */
  putOff(now: number): number {
    const turn = Math.max(now, this.#next, this.#lineEnd);
    this.#lineEnd = turn + this.#everyMs;
    return turn;
  }

  /** True when all places that were given out are over, and all mails in the line have been due. */
  isIdle(now: number): boolean {
    return this.#next <= now && this.#lineEnd <= now;
  }
}
