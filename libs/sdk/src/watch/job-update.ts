import { isFinal, type Job, type JobError, type JobStatus, type LogLevel, type Progress } from '#libs/contracts';

/** A line that a job's handler wrote, with whatever fields the handler added. */
export interface LogLine {
  readonly at: string;
  readonly attempt: number;
  readonly level: LogLevel;
  readonly message: string;
  readonly [field: string]: unknown;
}

/** Where a job stands, as far as it has been heard. Every update has all of it. */
export interface JobState {
  readonly jobId: string;
  /** Rises with every change of the job. */
  readonly version: number;
  readonly status: JobStatus;
  /** Charged executions, 0 before the first start. */
  readonly attempt: number;
  readonly progress: Progress;
  /** When the next attempt is due, of a job that is `retrying`. */
  readonly nextAttemptAt: string | null;
  /** When somebody asked it to stop. */
  readonly cancelRequestedAt: string | null;
}

/** The job stands otherwise than before. The last update of a watch is one with a final status. */
export interface StatusUpdate extends JobState {
  readonly type: 'status';
  /** What a `completed` job gave back, with fresh download links; else null. */
  readonly result: unknown;
  /** Why a job has ended that is `failed` or has `expired`; else null. */
  readonly error: JobError | null;
}

/** The job has come further. */
export interface ProgressUpdate extends JobState {
  readonly type: 'progress';
}

/** The job's handler wrote a line. */
export interface LogUpdate extends JobState {
  readonly type: 'log';
  readonly line: LogLine;
}

/** What is heard of a job that is watched: `type` says what is new. */
export type JobUpdate = StatusUpdate | ProgressUpdate | LogUpdate;

/** A job as a status update. */
export function statusOf(job: Job): StatusUpdate {
  const { id: jobId, version, status, attempt, progress, nextAttemptAt, cancelRequestedAt, result, error } = job;
  const state = { jobId, version, status, attempt, progress, nextAttemptAt, cancelRequestedAt };
  return { type: 'status', ...state, ...outcome(status, result, error) };
}

/** An error before the end is that of an attempt, which the next may mend. */
function outcome(status: JobStatus, result: unknown, error: JobError | null): Pick<StatusUpdate, 'result' | 'error'> {
  return isFinal(status) ? { result, error } : { result: null, error: null };
}
