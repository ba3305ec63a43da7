import { type Attempt, type Job, type JobChange, type JobError, type Progress } from '#libs/contracts';
import { type GivenOptions } from './given-options.js';

/** Stands in the place of what is not shown, as for a secret field. */
export const HIDDEN = '***';

/** The same job without what is in it. Which keys its metadata has, and which code its error, is still told. */
export function withoutContents(job: Job): Job {
  return {
    ...job,
    ...{ payload: HIDDEN, result: hidden(job.result), uniqueKey: hidden(job.uniqueKey) },
    metadata: Object.fromEntries(Object.keys(job.metadata).map((name) => [name, HIDDEN])),
    ...{ progress: withoutMessage(job.progress), error: withoutCause(job.error) },
  };
}

const HIDDEN_OPTIONS: GivenOptions = { concurrencyKey: HIDDEN, notify: { email: HIDDEN }, callbackUrl: HIDDEN };

/** The same options of a job without what a user has written into them: which there are, and times and numbers, is still told. */
export function withoutTexts(options: GivenOptions): GivenOptions {
  const hidden = Object.entries(HIDDEN_OPTIONS).filter(([name]) => name in options);
  return { ...options, ...Object.fromEntries(hidden) };
}

/** What has become of a job, without what its handler said. */
export function withoutTelling(change: JobChange): JobChange {
  return { ...change, progress: withoutMessage(change.progress) };
}

/** The same run without what its handler said. */
export function withoutReasons(attempt: Attempt): Attempt {
  return { ...attempt, error: withoutCause(attempt.error), reason: hidden(attempt.reason) };
}

function withoutMessage({ percent, message }: Progress): Progress {
  return { percent, message: hidden(message) };
}

function withoutCause(error: JobError | null): JobError | null {
  return error === null ? null : { ...error, message: HIDDEN };
}

/** What is not there is not hidden either. */
function hidden(value: unknown): string | null {
  return value === null || value === undefined ? null : HIDDEN;
}
