import { type Job, type Steering } from '#libs/sdk';
import { leveret } from '../../api/leveret';

/** Something that can be done with a job as it stands, or with all that fit a filter. */
export interface SteeringChoice {
  readonly name: string;
  /** As the gateway calls it. */
  readonly call: Steering;
  /** What it has come to: "3 jobs cancelled". */
  readonly done: string;
  readonly fits: (job: Job) => boolean;
  readonly apply: (job: Job) => Promise<unknown>;
  /** Why it is asked about. */
  readonly warning: string;
  readonly danger: boolean;
}

const isFinal = ({ status }: Job): boolean => ['completed', 'failed', 'cancelled'].includes(status);

const RETRY: SteeringChoice = {
  name: 'Retry',
  call: 'retry',
  done: 'queued again',
  fits: ({ status }) => status === 'failed' || status === 'cancelled',
  apply: ({ id }) => leveret.jobs.retry(id),
  warning: 'They are queued again and get their attempts once more.',
  danger: false,
};

const CANCEL: SteeringChoice = {
  name: 'Cancel',
  call: 'cancel',
  done: 'cancelled, or asked to stop',
  fits: (job) => !isFinal(job) && job.cancelRequestedAt === null,
  apply: ({ id }) => leveret.jobs.cancel(id),
  warning: 'What waits never runs. What runs is asked to stop, and may have done part of its work.',
  danger: true,
};

export const DELETE: SteeringChoice = {
  name: 'Delete',
  call: 'delete',
  done: 'deleted',
  fits: isFinal,
  apply: ({ id }) => leveret.jobs.delete(id),
  warning: 'Their attempts, logs, results and files are gone for good.',
  danger: true,
};

/** Everything that can be done with many jobs at once. */
export const STEERINGS: readonly SteeringChoice[] = [RETRY, CANCEL, DELETE];
