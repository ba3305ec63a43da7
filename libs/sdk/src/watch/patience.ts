import { type Duration, durationMs } from '#libs/contracts';
import { Deadline } from '../http/deadline.js';

/** The time of a wait was up before what was waited for had happened. What was waited for goes on. */
export class WaitTimeoutError extends Error {
  override readonly name = 'WaitTimeoutError';

  constructor(awaited: string, timeout: Duration | undefined) {
    super(`Gave up waiting for ${awaited} after ${typeof timeout === 'number' ? `${timeout} ms` : String(timeout)}.`);
  }
}

/** How long somebody waits for something, and whether they still want to. Whoever makes one ends it. */
export class Patience {
  readonly #deadline: Deadline;

  /** @param awaited what is waited for, for the message */
  constructor(
    private readonly awaited: string,
    private readonly timeout: Duration | undefined,
    signal: AbortSignal | undefined,
  ) {
    this.#deadline = new Deadline(timeout === undefined ? undefined : durationMs(timeout), signal);
  }

  get signal(): AbortSignal {
    return this.#deadline.signal;
  }

  /** Does something that ends with the signal that it is given. @throws WaitTimeoutError, the signal's reason, what it throws */
  async during<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    this.check();
    try {
      return await work(this.signal);
    } catch (error) {
      this.check();
      throw error;
    }
  }

  async pause(ms: number): Promise<void> {
    await this.#deadline.pause(ms);
    this.check();
  }

  /** @throws WaitTimeoutError when the time is up, the reason of the caller's signal when that is aborted */
  check(): void {
    this.#deadline.throwIfCallerAborted();
    if (this.#deadline.isUp) throw new WaitTimeoutError(this.awaited, this.timeout);
  }

  end(): void {
    this.#deadline.close();
  }
}
