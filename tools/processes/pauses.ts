const FIRST_MS = 500;
const LONGEST_MS = 30_000;
/** What has run this long was healthy: its next end is a new story. */
const HEALTHY_AFTER_MS = 60_000;

/** How long to wait before something that died is started again: twice as long every time. */
export class Pauses {
  private upcoming = FIRST_MS;

  /** The pause after a run of `ranMs`. */
  next(ranMs: number): number {
    if (ranMs >= HEALTHY_AFTER_MS) this.upcoming = FIRST_MS;
    const pause = this.upcoming;
    this.upcoming = Math.min(LONGEST_MS, pause * 2);
    return pause;
  }
}
