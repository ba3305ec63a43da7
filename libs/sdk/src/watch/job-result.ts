import { type JobError } from '#libs/contracts';
import { type StatusUpdate } from './job-update.js';

/** The job that was waited for is `failed`: its attempts are spent, or its error is permanent. */
export class JobFailedError extends Error {
  override readonly name = 'JobFailedError';
  readonly jobId: string;
  /** Why, as the job has it. */
  readonly error: JobError | null;

  constructor({ jobId, error }: StatusUpdate) {
    super(`Job ${jobId} failed: ${error?.message ?? 'no reason is known.'}`);
    this.jobId = jobId;
    this.error = error;
  }
}

/** The job that was waited for is `cancelled`: somebody wanted it no more, or it has expired. */
export class JobCancelledError extends Error {
  override readonly name = 'JobCancelledError';
  readonly jobId: string;
  /** Of a job that has `expired`; else null, or what an attempt before had failed of. */
  readonly error: JobError | null;

  constructor({ jobId, error }: StatusUpdate) {
    super(`Job ${jobId} was cancelled${error === null ? '.' : `: ${error.message}`}`);
    this.jobId = jobId;
    this.error = error;
  }
}

/** What a job that has ended gave back. @throws JobFailedError, JobCancelledError when it gave nothing */
export function resultOf(end: StatusUpdate): unknown {
  if (end.status === 'failed') throw new JobFailedError(end);
  if (end.status === 'cancelled') throw new JobCancelledError(end);
  return end.result;
}
