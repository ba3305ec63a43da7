import { PermanentError, RetryAfter, TemporaryError } from '#libs/consumer';
import { retryAfterMs, type WholeAnswer } from '#libs/egress';
import { type Judged } from './outgoing.js';

/** Statuses by which hosts ask to come again later. */
const WAITING: ReadonlySet<number> = new Set([429, 503]);
/** Statuses of the caller's kind that may be others the next time. */
const PASSING: ReadonlySet<number> = new Set([408, 425, 429]);
const LONGEST_EXCERPT = 500;

/** What an operator says of a host's statuses. */
export interface StatusRules {
  readonly temporary: readonly number[];
  readonly permanent: readonly number[];
  /** Of what a host asks for; a day is the most in any case. */
  readonly maxRetryAfterMs: number;
}

/** The rules of a call without a connection. */
export const DEFAULT_STATUS_RULES: StatusRules = {
  temporary: [],
  permanent: [],
  maxRetryAfterMs: Infinity,
};

/**
 * What an answer of a status that was not expected means for the job: 429 and 503 with a `Retry-After` wait as long and cost no
 * attempt, and so do those of 5xx that may wait while their host is down; 408, 425, 429 and other 5xx are tried again; everything else is for good.
 */
export function answerError(
  answer: Judged<Pick<WholeAnswer, 'status' | 'headers' | 'body'>>,
  rules: StatusRules,
): PermanentError | TemporaryError | RetryAfter {
  const { status, headers, downMs } = answer;
  const code = `http_${status}`;
  if (rules.permanent.includes(status)) return new PermanentError(code, told(answer));
  const wait = WAITING.has(status) ? retryAfterMs(headers['retry-after']) : undefined;
  if (wait !== undefined) return new RetryAfter(Math.min(wait, rules.maxRetryAfterMs), code);
  const passes = status >= 500 || PASSING.has(status) || rules.temporary.includes(status);
  if (!passes) return new PermanentError(code, told(answer));
  return downMs === undefined
    ? new TemporaryError(code, told(answer))
    : new RetryAfter(downMs, `dependency_down: ${code}`);
}

function told({ status, body }: Pick<WholeAnswer, 'status' | 'body'>): string {
  const excerpt = body.subarray(0, LONGEST_EXCERPT).toString('utf8').trim();
  return `The host answered ${status}${excerpt === '' ? '.' : `: ${excerpt}`}`;
}
