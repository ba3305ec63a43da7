/** The time that a call has and its caller's own signal, as one signal. Whoever makes one closes it. */
export class Deadline {
  readonly #controller = new AbortController();
  readonly #caller: AbortSignal | undefined;
  readonly #endsAt: number;
  readonly #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #onAbort = (): void => {
    this.#controller.abort(this.#caller?.reason);
  };

  /**
   * @param timeoutMs undefined: there is no limit
   * @throws the signal's reason when it is aborted already
   */
  constructor(timeoutMs: number | undefined, caller: AbortSignal | undefined) {
    caller?.throwIfAborted();
    this.#caller = caller;
    this.#endsAt = timeoutMs === undefined ? Infinity : Date.now() + timeoutMs;
    caller?.addEventListener('abort', this.#onAbort, { once: true });
    // A timer takes 24 days at most, and takes more for none at all.
    if (timeoutMs !== undefined && timeoutMs < 2 ** 31) {
      this.#timer = setTimeout(() => {
        this.#controller.abort(new DOMException('The time is up.', 'TimeoutError'));
      }, timeoutMs);
    }
  }

  /** Aborts when the time is up, and when the caller's signal does. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Whether it was the time that ended it. */
  get isUp(): boolean {
    return this.signal.aborted && this.#caller?.aborted !== true;
  }

  /** Whether so many milliseconds are left. */
  leaves(ms: number): boolean {
    return Date.now() + ms < this.#endsAt;
  }

  /** @throws the reason of the caller's signal, when that is what ended it */
  throwIfCallerAborted(): void {
    this.#caller?.throwIfAborted();
  }

  /** Resolves after so many milliseconds, or when the time is up. @throws the reason of the caller's signal */
  async pause(ms: number): Promise<void> {
    await pause(ms, this.signal);
    this.throwIfCallerAborted();
  }

  /** Ends the limit; the caller's signal still counts, for what is yet to be read. */
  lift(): void {
    clearTimeout(this.#timer);
  }

  /** Lets go of the timer and of the caller's signal. */
  close(): void {
    this.lift();
    this.#caller?.removeEventListener('abort', this.#onAbort);
  }
}

/** Resolves after so many milliseconds, or as soon as the signal aborts. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve();
      return;
    }
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end, { once: true });
  });
}
