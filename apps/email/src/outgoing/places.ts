/** A job that comes later has lost its place: it was cancelled, or another process has it. */
const KEPT_MS = 10 * 60_000;
const MOST_KEPT = 200_000;

/** Places in time that jobs were given and come back for. */
export class Places {
  readonly #byJob = new Map<string, number>();

  /** Takes the place of a job out; undefined when it has none. */
  keptFor(job: string, now: number): number | undefined {
    const place = this.#byJob.get(job);
    this.#byJob.delete(job);
    return place === undefined || place < now - KEPT_MS ? undefined : Math.max(place, now);
  }

  /** The oldest one is forgotten when there are too many: its job takes a new place, which keeps to the rate all the same. */
  keep(job: string, place: number): void {
    const [oldest] = this.#byJob.keys();
    if (this.#byJob.size >= MOST_KEPT && oldest !== undefined) this.#byJob.delete(oldest);
    this.#byJob.set(job, place);
  }
}
