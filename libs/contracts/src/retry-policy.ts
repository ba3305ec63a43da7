import { type Duration, durationMs } from './duration.js';

/** How long a failed attempt waits for the next. Times in milliseconds. */
export interface Backoff {
  readonly type: 'exponential' | 'fixed';
  /** The wait after the first failed attempt. */
  readonly delayMs: number;
  /** No wait is longer. */
  readonly maxDelayMs: number;
  /** The random share of each wait, 0 to 1: with 0.2 a wait of 10 s lasts 8 s to 10 s. */
  readonly jitter: number;
}

export const DEFAULT_BACKOFF: Backoff = { type: 'exponential', delayMs: 1_000, maxDelayMs: 3_600_000, jitter: 0.2 };
export const DEFAULT_MAX_ATTEMPTS = 5;

interface BackoffOptions {
  /** @default '1h' */
  readonly maxDelay?: Duration;
  /** @default 0.2 */
  readonly jitter?: number;
}

/** Doubles the wait with every failed attempt: `exponential('1s')` waits 1 s, 2 s, 4 s, … up to `maxDelay`. */
export function exponential(delay: Duration, options: BackoffOptions = {}): Backoff {
  return backoff('exponential', delay, options);
}

/** The same wait after every failed attempt. */
export function fixed(delay: Duration, options: BackoffOptions = {}): Backoff {
  return backoff('fixed', delay, options);
}

function backoff(type: Backoff['type'], delay: Duration, { maxDelay, jitter }: BackoffOptions): Backoff {
  return {
    type,
    delayMs: durationMs(delay),
    maxDelayMs: maxDelay === undefined ? DEFAULT_BACKOFF.maxDelayMs : durationMs(maxDelay),
    jitter: jitter ?? DEFAULT_BACKOFF.jitter,
  };
}

/**
 * Milliseconds to wait after the `attempt`-th failed attempt.
 * @param attempt counted from 1
 * @param random a number from 0 (inclusive) to 1; the wait shrinks by `jitter × random`
 */
export function retryDelayMs(policy: Backoff, attempt: number, random: number): number {
  const growth = policy.type === 'fixed' ? 1 : 2 ** Math.min(attempt - 1, 52);
  const wait = Math.min(policy.delayMs * growth, policy.maxDelayMs);
  return Math.round(wait * (1 - policy.jitter * random));
}
