import {
  type Backoff,
  DURATION_FORM,
  type Duration,
  LIMITS,
  parseDuration,
  PRIORITIES,
  type TaskAnnouncement,
  TIMES,
  utf8Length,
} from '#libs/contracts';
import { readTime } from '../http/iso-time.js';
import { type FieldError } from '../http/problem.js';
import { durationText } from './duration-text.js';
import { givenOptions } from './given-options.js';
import { type BackoffRequest, type JobRequest } from './job-request.js';

/** What a job does beside its payload: its own options over its task's defaults. */
export interface JobOptions {
  readonly priority: number;
  /** Null: at once. */
  readonly scheduledFor: Date | null;
  readonly expiresAt: Date | null;
  readonly uniqueKey: string | null;
  readonly uniqueUntil: Date | null;
  readonly concurrencyKey: string | null;
  readonly maxAttempts: number;
  readonly backoff: Backoff;
  readonly timeoutMs: number;
  /** JSON text. */
  readonly metadata: string;
  /** JSON text of those that were given, as they were; null when none was. */
  readonly given: string | null;
}

const LONGEST_WAIT_MS = 10 * 365 * 86_400_000;

/**
 * Reads a job's options; what is wrong with them is added to `errors`, by path.
 * @param ackTimeoutMs the broker's `consumer_timeout`, which no run may come near
 */
export function readJobOptions(
  request: JobRequest,
  task: TaskAnnouncement,
  ackTimeoutMs: number,
  errors: FieldError[],
): JobOptions {
  const now = Date.now();
  const { defaults } = task;
  const times = new Times(errors);
  return {
    priority: priorityOf(request, defaults.priority),
    scheduledFor: scheduledFor(request, now, times),
    expiresAt: timeAfter(now, 'expiresIn', request.expiresIn, times),
    uniqueKey: request.uniqueKey ?? null,
    uniqueUntil: uniqueUntil(request, now, times),
    concurrencyKey: request.concurrencyKey ?? null,
    maxAttempts: request.maxAttempts ?? defaults.maxAttempts,
    backoff: backoffOf(request.backoff, defaults.backoff, times),
    timeoutMs: timeoutOf(request, task, ackTimeoutMs, times),
    metadata: metadataOf(request, errors),
    given: givenOptions(request),
  };
}

/** When a job may start at the earliest, null for at once; what is wrong is added to `errors`, by path. */
export function readStart(request: Pick<JobRequest, 'delay' | 'runAt'>, errors: FieldError[]): Date | null {
  return scheduledFor(request, Date.now(), new Times(errors));
}

interface Bounds {
  readonly least: number;
  readonly most: number;
  /** Who has set the upper one. */
  readonly by?: string;
}

function inWords({ least, most, by }: Bounds): string {
  return `${durationText(least)} to ${durationText(most)}${by === undefined ? '' : `, ${by}`}`;
}

/** Reads durations and notes what is none, or out of bounds. */
class Times {
  constructor(private readonly errors: FieldError[]) {}

  read(path: string, value: Duration | undefined, bounds: Bounds): number | undefined {
    if (value === undefined) return undefined;
    const ms = parseDuration(value);
    if (ms === undefined) this.refuse(path, `must be ${DURATION_FORM}`);
    else if (ms < bounds.least || ms > bounds.most) this.refuse(path, `must be ${inWords(bounds)}`);
    return ms;
  }

  refuse(path: string, message: string): void {
    this.errors.push({ path, message });
  }
}

/** A priority as a number; `fallback` without one. */
export function priorityOf<T>({ priority }: Pick<JobRequest, 'priority'>, fallback: T): number | T {
  return typeof priority === 'string' ? PRIORITIES[priority] : (priority ?? fallback);
}

/** Its app has proven its own time-outs against its own settings: a gateway whose broker waits less takes less. */
function timeoutOf({ timeout }: JobRequest, task: TaskAnnouncement, ackTimeoutMs: number, times: Times): number {
  const bounds = { least: 1, most: task.maxTimeoutMs, by: `the longest that ${task.name} may take` };
  const ms = times.read('timeout', timeout, bounds) ?? task.defaults.timeoutMs;
  const most = ackTimeoutMs - TIMES.ackTimeoutMarginMs;
  if (ms > most && ms <= task.maxTimeoutMs) {
    times.refuse(
      'timeout',
      `must be at most ${durationText(most)}, is ${durationText(ms)}: 5 minutes less than BROKER_ACK_TIMEOUT`,
    );
  }
  return ms;
}

/** A time that has passed is the same as none. */
function scheduledFor({ delay, runAt }: Pick<JobRequest, 'delay' | 'runAt'>, now: number, times: Times): Date | null {
  if (delay !== undefined && runAt !== undefined) times.refuse('runAt', 'does not go together with delay');
  const wait = times.read('delay', delay, { least: 0, most: LONGEST_WAIT_MS }) ?? waitUntil(runAt, now, times);
  return wait > 0 && wait <= LONGEST_WAIT_MS ? new Date(now + wait) : null;
}

function waitUntil(runAt: string | undefined, now: number, times: Times): number {
  if (runAt === undefined) return 0;
  const at = readTime(runAt)?.getTime() ?? Number.NaN;
  if (Number.isNaN(at)) times.refuse('runAt', 'must be a time in ISO 8601 with a time zone: 2031-04-01T12:00:00Z');
  else if (at - now > LONGEST_WAIT_MS) times.refuse('runAt', 'must be within ten years');
  return at - now;
}

function uniqueUntil({ uniqueKey, uniqueFor }: JobRequest, now: number, times: Times): Date | null {
  if (uniqueFor !== undefined && uniqueKey === undefined) times.refuse('uniqueFor', 'needs a uniqueKey');
  return timeAfter(now, 'uniqueFor', uniqueFor, times);
}

function timeAfter(now: number, path: string, duration: Duration | undefined, times: Times): Date | null {
  const ms = times.read(path, duration, { least: 1, most: LONGEST_WAIT_MS });
  return ms === undefined || ms > LONGEST_WAIT_MS ? null : new Date(now + ms);
}

function backoffOf(request: BackoffRequest | undefined, fallback: Backoff, times: Times): Backoff {
  if (request === undefined) return fallback;
  const bounds = { least: 0, most: LONGEST_WAIT_MS };
  return {
    type: request.type ?? fallback.type,
    delayMs: times.read('backoff.delay', request.delay, bounds) ?? fallback.delayMs,
    maxDelayMs: times.read('backoff.maxDelay', request.maxDelay, bounds) ?? fallback.maxDelayMs,
    jitter: request.jitter ?? fallback.jitter,
  };
}

function metadataOf({ metadata }: JobRequest, errors: FieldError[]): string {
  const text = JSON.stringify(metadata ?? {});
  const size = utf8Length(text);
  if (size > LIMITS.metadata) {
    errors.push({ path: 'metadata', message: `must be at most ${LIMITS.metadata} bytes of JSON, is ${size}` });
  }
  return text;
}
