/** Lets a bounded number of works go on at once; the others wait, first come, first served. */
export class Turns {
  readonly #waiting = new Set<() => void>();
  #free: number;

  /** @param atOnce how many may go on at once */
  constructor(atOnce: number) {
    this.#free = atOnce;
  }

  /**
   * Does a work when its turn has come.
   * @throws the signal's reason when it aborts while the work waits, and as the work
   */
  async take<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    const coming = this.#come(signal);
    if (coming !== undefined) await coming;
    try {
      return await work();
    } finally {
      this.#pass();
    }
  }

  /**
   * Settles when a turn has come, with the function that ends it, which is to be called once.
   * @throws the signal's reason when it aborts meanwhile
   */
  async begin(signal: AbortSignal): Promise<() => void> {
    await this.#come(signal);
    return () => {
      this.#pass();
    };
  }

  /** Undefined when one was free, and is taken. */
  #come(signal: AbortSignal): Promise<void> | undefined {
    signal.throwIfAborted();
    if (this.#free === 0) return this.#wait(signal);
    this.#free -= 1;
    return undefined;
  }

  #wait(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const begin = (): void => {
        signal.removeEventListener('abort', leave);
        resolve();
      };
      const leave = (): void => {
        this.#waiting.delete(begin);
        reject(signal.reason as Error);
      };
      this.#waiting.add(begin);
      signal.addEventListener('abort', leave, { once: true });
    });
  }

  /** A turn goes straight to who has waited longest: nobody who comes meanwhile can take it. */
  #pass(): void {
    const [next] = this.#waiting;
    if (next === undefined) this.#free += 1;
    else {
      this.#waiting.delete(next);
      next();
    }
  }
}
