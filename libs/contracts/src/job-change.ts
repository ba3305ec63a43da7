import { JOB_STATUSES, type JobStatus, type Progress } from './job.js';
import { type Check, isCount, isNumber, isText, listOf, literal, nullable, shape } from './shape.js';

/** What a job has become: as much as is told to all who watch it. Its result and error are read by who needs them. */
export interface JobChange {
  readonly id: string;
  readonly version: number;
  readonly status: JobStatus;
  readonly attempt: number;
  readonly progress: Progress;
  /** ISO 8601, UTC, like the next. */
  readonly nextAttemptAt: string | null;
  readonly cancelRequestedAt: string | null;
}

/** What gateways tell one another on the live exchange, after the commit. */
export interface ToldChanges {
  /** The gateway that tells. */
  readonly origin: string;
  readonly changes: readonly JobChange[];
}

const isJobChange = shape<JobChange>({
  id: isText,
  version: isCount,
  status: literal(...JOB_STATUSES),
  attempt: isCount,
  progress: shape<Progress>({ percent: isNumber, message: nullable(isText) }),
  nextAttemptAt: nullable(isText),
  cancelRequestedAt: nullable(isText),
});

export const isToldChanges: Check<ToldChanges> = shape<ToldChanges>({ origin: isText, changes: listOf(isJobChange) });
