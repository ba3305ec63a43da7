import {
  type Job,
  type JobFilter,
  type JobStatus,
  type SteeredJobs,
  type Steering,
  type SteeringTerms,
} from '#libs/sdk';
import { leveret } from '../../api/leveret';

/** Something that can be done with a job as it stands, or with all that fit a filter. */
export interface SteeringChoice {
  /** What its button says. */
  readonly name: string;
  /** The same of certain jobs: "Run 3 jobs now". */
  readonly phrase: (jobs: string) => string;
  /** What it has come to: "3 jobs cancelled". */
  readonly done: string;
  /** As the gateway calls it where it counts the jobs. */
  readonly preview: Steering;
  /** The statuses of jobs that it can be done with. */
  readonly statuses: readonly JobStatus[];
  readonly apply: (job: Job) => Promise<unknown>;
  readonly applyToSome: (filter: JobFilter, terms: SteeringTerms) => Promise<SteeredJobs>;
  /** Why it is asked about. */
  readonly warning: string;
  readonly danger: boolean;
}

const RETRY: SteeringChoice = {
  name: 'Retry',
  phrase: (jobs) => `Retry ${jobs}`,
  done: 'queued again',
  preview: 'retry',
  statuses: ['failed', 'cancelled'],
  apply: ({ id }) => leveret.jobs.retry(id),
  applyToSome: (filter, terms) => leveret.jobs.steerSome('retry', filter, terms),
  warning: 'They are queued again and get their attempts once more.',
  danger: false,
};

const RUN_NOW: SteeringChoice = {
  name: 'Run now',
  phrase: (jobs) => `Run ${jobs} now`,
  done: 'due now',
  preview: 'change',
  statuses: ['scheduled', 'retrying'],
  apply: ({ id }) => leveret.jobs.update(id, { delay: 0 }),
  applyToSome: (filter, terms) => leveret.jobs.updateSome({ delay: 0 }, filter, terms),
  warning: 'They wait no longer for their time, or for that of their next attempt.',
  danger: false,
};

const CANCEL: SteeringChoice = {
  name: 'Cancel',
  phrase: (jobs) => `Cancel ${jobs}`,
  done: 'cancelled, or asked to stop',
  preview: 'cancel',
  statuses: ['scheduled', 'queued', 'running', 'retrying'],
  apply: ({ id }) => leveret.jobs.cancel(id),
  applyToSome: (filter, terms) => leveret.jobs.steerSome('cancel', filter, terms),
  warning: 'What waits never runs. What runs is asked to stop, and may have done part of its work.',
  danger: true,
};

export const DELETE: SteeringChoice = {
  name: 'Delete',
  phrase: (jobs) => `Delete ${jobs}`,
  done: 'deleted',
  preview: 'delete',
  statuses: ['completed', 'failed', 'cancelled'],
  apply: ({ id }) => leveret.jobs.delete(id),
  applyToSome: (filter, terms) => leveret.jobs.steerSome('delete', filter, terms),
  warning: 'Their attempts, logs, results and files are gone for good.',
  danger: true,
};

/** The priority that jobs have which were given none. */
export const NORMAL = 4;

/** Gives jobs that wait a priority; while none is written it is no number, and nothing can be confirmed. */
export function toPriority(priority: number): SteeringChoice {
  const which = Number.isNaN(priority) ? 'another priority' : `priority ${priority}`;
  return {
    name: 'Priority',
    phrase: (jobs) => `Give ${jobs} ${which}`,
    done: `have priority ${priority} now`,
    preview: 'change',
    statuses: ['scheduled', 'queued', 'retrying'],
    apply: ({ id }) => leveret.jobs.update(id, { priority }),
    applyToSome: (filter, terms) => leveret.jobs.updateSome({ priority }, filter, terms),
    warning: 'What is queued goes behind those that have it already.',
    danger: false,
  };
}

/** Everything that can be done with many jobs at once, beside giving them a priority, which has to be chosen first. */
export const STEERINGS: readonly SteeringChoice[] = [RETRY, RUN_NOW, CANCEL, DELETE];

/** Whether it can be done with a job as it stands. Who was asked to stop is not asked again. */
export function fits({ statuses, preview }: SteeringChoice, { status, cancelRequestedAt }: Job): boolean {
  return statuses.includes(status) && !(preview === 'cancel' && cancelRequestedAt !== null);
}

/** The jobs of a filter that it can be done with; undefined when its statuses have none of them. */
export function narrowed({ statuses }: SteeringChoice, filter: JobFilter): JobFilter | undefined {
  const asked = filter.status === undefined ? undefined : [filter.status].flat();
  const status = statuses.filter((one) => asked?.includes(one) ?? true);
  return status.length === 0 ? undefined : { ...filter, status };
}
