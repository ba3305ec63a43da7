/** Nothing was heard on a connection for as long as something should have been. */
export class SilenceError extends Error {
  override readonly name = 'SilenceError';
}

/** Aborts its signal when nothing is heard for too long, and when the signal that it was made with does. */
export class Vigil {
  readonly #controller = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #onAbort = (): void => {
    this.#controller.abort(this.outer.reason);
  };

  constructor(private readonly outer: AbortSignal) {
    if (outer.aborted) this.#onAbort();
    else outer.addEventListener('abort', this.#onAbort, { once: true });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Something was heard, or is expected from now on; the next must come within so many milliseconds. */
  expect(withinMs: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#controller.abort(new SilenceError('Nothing was heard for too long.'));
    }, withinMs);
  }

  /** Ends the vigil, and whatever its signal was given to. */
  end(): void {
    clearTimeout(this.#timer);
    this.outer.removeEventListener('abort', this.#onAbort);
    this.#controller.abort(new SilenceError('Nobody listens any more.'));
  }
}
