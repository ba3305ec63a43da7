/**
 * Where a job stands.
 * - `scheduled` waits for its time, `queued` for a worker, `retrying` for its next attempt;
 * - `running` is in a worker's hands;
 * - `completed`, `failed` and `cancelled` are final.
 */
export type JobStatus = 'scheduled' | 'queued' | 'running' | 'retrying' | 'completed' | 'failed' | 'cancelled';

export const JOB_STATUSES: readonly JobStatus[] = [
  'scheduled',
  'queued',
  'running',
  'retrying',
  'completed',
  'failed',
  'cancelled',
];

const FINAL: ReadonlySet<JobStatus> = new Set(['completed', 'failed', 'cancelled']);

/** A final status is left only by a manual retry or redrive. */
export function isFinal(status: JobStatus): boolean {
  return FINAL.has(status);
}

/** Named priorities; a number from 0 to 9 is taken as well, higher first. */
export const PRIORITIES = { low: 1, normal: 4, high: 6, critical: 9 } as const;
export const MAX_PRIORITY = 9;

/** How far a job has come. `percent` never falls within one attempt. */
export interface Progress {
  readonly percent: number;
  readonly message: string | null;
}

/** Why an attempt failed. `permanent` errors are never tried again. */
export interface JobError {
  readonly code: string;
  readonly message: string;
  readonly permanent: boolean;
  readonly attempt: number;
  /** ISO 8601, UTC. */
  readonly at: string;
}

/** A job as every user sees it: API, live updates, webhooks, dashboard. Times are ISO 8601 in UTC. */
export interface Job {
  readonly id: string;
  readonly tenant: string;
  /** Rises with every change; an observer drops what is not newer. */
  readonly version: number;
  readonly task: string;
  readonly queue: string;
  readonly status: JobStatus;
  readonly priority: number;
  readonly progress: Progress;
  /** Charged executions, 0 before the first start. */
  readonly attempt: number;
  readonly maxAttempts: number;
  readonly workerId: string | null;
  readonly payload: unknown;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly result: unknown;
  readonly error: JobError | null;
  readonly batchId: string | null;
  readonly parentId: string | null;
  readonly uniqueKey: string | null;
  readonly createdAt: string;
  readonly scheduledFor: string | null;
  readonly startedAt: string | null;
  readonly nextAttemptAt: string | null;
  readonly cancelRequestedAt: string | null;
  readonly completedAt: string | null;
}

/** How one run of a job ended; `null` in the record while it lasts. */
export type AttemptOutcome = 'completed' | 'failed' | 'snoozed' | 'returned' | 'lost' | 'cancelled';

/** One run of a job. Runs that cost no attempt carry the attempt's number and a `run` of their own. */
export interface Attempt {
  readonly attempt: number;
  readonly run: number;
  readonly workerId: string | null;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  readonly outcome: AttemptOutcome | null;
  readonly error: JobError | null;
  /** Why the run was put off; null of every other one. */
  readonly reason: string | null;
}
