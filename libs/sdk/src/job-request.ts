import { type Duration, type PRIORITIES } from '#libs/contracts';
import { type PayloadOf, type TaskName } from './task-payloads.js';

/** A number from 0 to 9, higher first, or a name: `low` is 1, `normal` 4, `high` 6, `critical` 9. */
export type Priority = number | keyof typeof PRIORITIES;

/** How long a failed attempt waits for the next. What is left out comes from the task. */
export interface BackoffOptions {
  readonly type?: 'exponential' | 'fixed';
  /** The wait after the first failed attempt. */
  readonly delay?: Duration;
  /** No wait is longer. */
  readonly maxDelay?: Duration;
  /** The random share of each wait, 0 to 1. */
  readonly jitter?: number;
}

/** What may be said of a job beside its task and payload. What is left out comes from the task. */
export interface JobOptions {
  /** @default 4, which is `normal` */
  readonly priority?: Priority;
  /** How long it waits before it may start. */
  readonly delay?: Duration;
  /** When it may start at the earliest, instead of `delay`. A text is ISO 8601 with a time zone. */
  readonly runAt?: Date | string;
  /** How often it is tried before it is `failed`. */
  readonly maxAttempts?: number;
  readonly backoff?: BackoffOptions;
  /** How long one attempt may take. */
  readonly timeout?: Duration;
  /** While a job of the task with this key has not ended, that job is the answer, and none is made. */
  readonly uniqueKey?: string;
  /** The unique key holds for this long also when its job has ended. */
  readonly uniqueFor?: Duration;
  /** A job that has not started by then is `cancelled`: nobody needs it any more. */
  readonly expiresIn?: Duration;
  /** Of the tenant's jobs with this key, whatever their task, one at most runs at once. */
  readonly concurrencyKey?: string;
  /** Yours, to find jobs by: at most 4 KiB of JSON. */
  readonly metadata?: Readonly<Record<string, unknown>>;
  /** Is sent a signed webhook when the job ends. */
  readonly callbackUrl?: string;
  /** Gets a mail with the download links when the job ends. */
  readonly notify?: { readonly email: string };
  /** Jobs that are enqueued, once, when this one completes. */
  readonly then?: readonly FollowingJob[];
}

/** An end that something waits for; `final`: whichever comes. Of a batch, `completed` is that all its jobs have. */
export type End = 'completed' | 'failed' | 'cancelled' | 'final';

/**
 * A job that follows another, or a batch. Placeholders such as `{{result.file}}`, of a batch `{{batch.counts.failed}}`, stand for
 * what came of it.
 */
export interface FollowingJob extends Omit<JobOptions, 'uniqueKey' | 'uniqueFor'> {
  readonly task: TaskName;
  readonly payload?: unknown;
  /** Which end it follows. @default 'completed', of a batch 'final' */
  readonly on?: End;
  /** Of a job: whether it waits for everything that the job has spawned, too. @default 'job' */
  readonly after?: 'job' | 'spawned';
}

/** A payload; it may be left out where an empty one will do. */
type PayloadField<Payload> = unknown extends Payload
  ? { readonly payload?: unknown }
  : // eslint-disable-next-line @typescript-eslint/no-empty-object-type -- asks whether every field is optional
    {} extends Payload
    ? { readonly payload?: Payload }
    : { readonly payload: Payload };

/** A job to be run: the name of its task, what it works on, and how. */
export type JobRequest<Name extends TaskName = TaskName> = {
  [Each in Name]: { readonly task: Each } & PayloadField<PayloadOf<Each>> & JobOptions;
}[Name];
