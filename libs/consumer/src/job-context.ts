import { type Readable } from 'node:stream';
import { type Duration, type FileReference, type LogLevel, type PRIORITIES } from '#libs/contracts';
import { type StoredContent } from '#libs/storage';

/** Writes lines to the job's log: at most 1,000 of 2 KiB per attempt. Fields are made safe for JSON. */
export type JobLog = Readonly<Record<LogLevel, (message: string, fields?: Readonly<Record<string, unknown>>) => void>>;

/** The files of the job's tenant. */
export interface JobFiles {
  /**
   * Opens a stored file for reading.
   * @throws PermanentError `file_not_found` when there is none under this key, or it is another tenant's
   */
  open(file: { readonly key: string }): Promise<StoredContent>;
  /**
   * Stores a file of the job. A second run writes its own; the reference goes into the result.
   * @param name tells the job's files apart: 1 to 100 of `a-z 0-9 . _ -`, not beginning with a dot
   */
  save(
    name: string,
    content: Readable,
    about: { readonly filename: string; readonly contentType: string },
  ): Promise<FileReference>;
}

/** A job that a job starts: the fields of a `POST /v1/jobs` that it may have, and its key. */
export interface JobToSpawn {
  /** Tells the jobs of one parent apart, 1 to 255 characters: the same key is the same job, in every run of the parent. */
  readonly key: string;
  /** `<domain>.<task>`. */
  readonly task: string;
  /** @default {} */
  readonly payload?: unknown;
  readonly priority?: number | keyof typeof PRIORITIES;
  readonly delay?: Duration;
  readonly runAt?: string;
  readonly maxAttempts?: number;
  readonly timeout?: Duration;
  readonly expiresIn?: Duration;
  readonly metadata?: Readonly<Record<string, unknown>>;
  /** What is to follow from its end. */
  readonly then?: readonly Readonly<Record<string, unknown>>[];
}

/** What a handler knows of its job and can tell about it; comes by `@Ctx()`. */
export interface JobContext {
  readonly id: string;
  /** `<domain>.<task>`. */
  readonly task: string;
  readonly tenant: string;
  /** The number of this execution, from 1. */
  readonly attempt: number;
  /** Counts the messages sent out for the job, also those that cost no attempt. */
  readonly run: number;
  readonly maxAttempts: number;
  /** The time that the job was meant for: of its tick, `runAt` or `delay`, else of its creation. ISO 8601 in UTC. */
  readonly dueAt: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  /** The trace that the job belongs to, as W3C's header writes it; null when its request named none. */
  readonly traceparent: string | null;
  /** Aborts on time-out, when the job is cancelled, and when the app can wait no longer for it to end. */
  readonly signal: AbortSignal;
  /**
   * Tells how far the job has come. At most five a second are sent, the latest wins.
   * @param percent 0 to 100; never falls within a run. What is no number is noted in the job's log and changes nothing
   * @param message at most 1 KiB are kept
   */
  progress(percent: number, message?: string): Promise<void>;
  readonly log: JobLog;
  readonly files: JobFiles;
  /**
   * Starts further jobs, at most 10,000 in a run. They belong to the tenant, the trace and the batch of this job: the batch has
   * this job's id, and is open until this job has ended. A second run that spawns the same keys starts nothing twice. What the
   * gateway refuses lies among the dead letters and starts nothing. Await it: settles when the broker has all of them.
   * @returns their ids, in order
   * @throws PermanentError `invalid_spawn` when one is not written as it must be, or there are too many
   */
  spawn(jobs: readonly JobToSpawn[]): Promise<string[]>;
}
