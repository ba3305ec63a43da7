import { setTimeout as delay } from 'node:timers/promises';

const FIRST_MS = 100;
// Workers that come back later than the gateway after a broker's restart are silent for that long: far less than 6 s.
const LONGEST_MS = 2_000;

/** Growing, jittered pauses between attempts to reach the broker; `reset` after a success. */
export class Backoff {
  #failures = 0;

  reset(): void {
    this.#failures = 0;
  }

  /** Waits for the next pause; returns early, without throwing, when the signal aborts. */
  async wait(signal: AbortSignal): Promise<void> {
    const longest = Math.min(FIRST_MS * 2 ** this.#failures, LONGEST_MS);
    this.#failures = Math.min(this.#failures + 1, 10);
    await delay(longest * (0.5 + Math.random() / 2), undefined, { signal, ref: false }).catch(() => undefined);
  }
}
