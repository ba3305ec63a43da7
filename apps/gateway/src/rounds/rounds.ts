/** Does some work round by round: one at a time, and another behind it for whoever asks in the middle of one. */
export class Rounds {
  readonly #work: () => Promise<void>;
  #running = false;
  #underway: Promise<void> | undefined;
  #again = false;

  /** @param work does what there is to do; must not throw */
  constructor(work: () => Promise<void>) {
    this.#work = work;
  }

  /** False before the start and after the stop: a long round looks at it to end early. */
  get running(): boolean {
    return this.#running;
  }

  start(): void {
    this.#running = true;
    this.wake();
  }

  /** Begins a round, or another behind the one that is under way: what was there before this call is seen. */
  wake(): void {
    this.#again = true;
    if (this.running) this.#underway ??= this.#go();
  }

  /** Settles when the round under way is over; there is no other. */
  async stop(): Promise<void> {
    this.#running = false;
    await this.#underway;
  }

  async #go(): Promise<void> {
    while (this.#again && this.running) {
      this.#again = false;
      await this.#work();
    }
    this.#underway = undefined;
  }
}
