import { type Duration, durationMs } from '#libs/contracts';
import { shownText } from './shown-text.js';

/** The job fails for good: it goes straight to the dead letters, whatever attempts are left. */
export class PermanentError extends Error {
  /**
   * @param code snake case, stable: users filter and group by it
   * @param message what happened, for people; at most 4 KiB are kept
   */
  constructor(
    readonly code: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'PermanentError';
  }
}

/** The attempt fails and is tried again while attempts are left, like any thrown error, but under a code of its own. */
export class TemporaryError extends Error {
  /**
   * @param code snake case, stable: users filter and group by it
   * @param message what happened, for people; at most 4 KiB are kept
   */
  constructor(
    readonly code: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'TemporaryError';
  }
}

/** The job runs again after a wait, and it costs no attempt. */
export class RetryAfter extends Error {
  /** The wait in milliseconds. */
  readonly delayMs: number;

  /**
   * @param wait at least this long
   * @param reason shown beside the run
   * @throws TypeError when the wait is no duration
   */
  constructor(
    wait: Duration,
    readonly reason = 'retry_after',
  ) {
    super(`Runs again after ${shownText(wait)}: ${shownText(reason)}`);
    this.name = 'RetryAfter';
    this.delayMs = durationMs(wait);
  }
}

/**
 * The app cannot work at all, whatever the job: its server refuses its password, its disk is gone. The job runs again
 * after the wait and is charged nothing; until then the app takes no other job, is not ready, and says why in its log.
 */
export class Standstill extends Error {
  /** The wait in milliseconds. */
  readonly delayMs: number;

  /**
   * @param reason what keeps the app from working, for people; no secrets
   * @param wait how long nothing is tried
   * @throws TypeError when the wait is no duration
   */
  constructor(
    readonly reason: string,
    wait: Duration,
    options?: ErrorOptions,
  ) {
    super(reason, options);
    this.name = 'Standstill';
    this.delayMs = durationMs(wait);
  }
}

/** The app cannot start as it is written or set up; the message lists every problem and how to mend it. */
export class WiringError extends Error {
  /** One sentence each. */
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`This app cannot start:\n${problems.map((problem) => `- ${problem}`).join('\n')}`);
    this.name = 'WiringError';
    this.problems = problems;
  }
}
