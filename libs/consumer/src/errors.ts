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
