/** Work that somebody may ask for at any time, and that is looked for now and then in any case. */
export interface RoundsOptions {
  /** Does what there is to do; must not throw. */
  readonly work: () => Promise<void>;
  /** Whoever could not ask, such as a gateway that died, is waited for no longer than this. */
  readonly everyMs: number;
}

/** Does some work round by round: one at a time, and another behind it for whoever asks in the middle of one. */
export class Rounds {
  readonly #options: RoundsOptions;
  #timer: NodeJS.Timeout | undefined;
  #underway: Promise<void> | undefined;
  #again = false;

  constructor(options: RoundsOptions) {
    this.#options = options;
  }

  /** False before the start and after the stop: a long round looks at it to end early. */
  get running(): boolean {
    return this.#timer !== undefined;
  }

  start(): void {
    this.#timer ??= setInterval(() => this.wake(), this.#options.everyMs).unref();
    this.wake();
  }

  /** Begins a round, or another behind the one that is under way: what was there before this call is seen. */
  wake(): void {
    this.#again = true;
    if (this.running) this.#underway ??= this.#go();
  }

  /** Settles when the round under way is over; there is no other. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#timer = undefined;
    await this.#underway;
  }

  async #go(): Promise<void> {
    while (this.#again && this.running) {
      this.#again = false;
      await this.#options.work();
    }
    this.#underway = undefined;
  }
}
