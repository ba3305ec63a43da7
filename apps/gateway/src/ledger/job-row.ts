import { type Job, type JobError, type JobStatus } from '#libs/contracts';

/** A row of `jobs` as `JOB_COLUMNS` reads it. */
export interface JobRecord {
  readonly id: string;
  readonly tenant: string;
  readonly version: number;
  readonly task: string;
  readonly queue: string;
  readonly status: JobStatus;
  readonly priority: number;
  readonly payload: unknown;
  readonly metadata: Record<string, unknown>;
  readonly attempt: number;
  readonly max_attempts: number;
  readonly progress: number;
  readonly progress_message: string | null;
  readonly worker_id: string | null;
  readonly result: unknown;
  readonly error: JobError | null;
  readonly batch_id: string | null;
  readonly parent_id: string | null;
  readonly unique_key: string | null;
  readonly created_at: Date;
  readonly scheduled_for: Date | null;
  readonly started_at: Date | null;
  readonly next_attempt_at: Date | null;
  readonly cancel_requested_at: Date | null;
  readonly completed_at: Date | null;
}

/** The columns that make a job as users see it, but for its payload, which may be large. */
export const JOB_COLUMNS_BUT_PAYLOAD = `id, tenant, version, task, queue, status, priority, metadata, attempt, max_attempts,
  progress, progress_message, worker_id, result, error, batch_id, parent_id, unique_key, created_at, scheduled_for,
  started_at, next_attempt_at, cancel_requested_at, completed_at`;

/** The columns that make a job as users see it. */
export const JOB_COLUMNS = `payload, ${JOB_COLUMNS_BUT_PAYLOAD}`;

/** A job as users see it, without the links of its files. */
export function jobOf(row: JobRecord): Job {
  return {
    id: row.id,
    tenant: row.tenant,
    version: row.version,
    task: row.task,
    queue: row.queue,
    status: row.status,
    priority: row.priority,
    progress: { percent: row.progress, message: row.progress_message },
    attempt: row.attempt,
    maxAttempts: row.max_attempts,
    workerId: row.worker_id,
    payload: row.payload,
    metadata: row.metadata,
    result: row.result,
    error: row.error,
    batchId: row.batch_id,
    parentId: row.parent_id,
    uniqueKey: row.unique_key,
    createdAt: row.created_at.toISOString(),
    scheduledFor: isoOf(row.scheduled_for),
    startedAt: isoOf(row.started_at),
    nextAttemptAt: isoOf(row.next_attempt_at),
    cancelRequestedAt: isoOf(row.cancel_requested_at),
    completedAt: isoOf(row.completed_at),
  };
}

export function isoOf(time: Date | null): string | null {
  return time === null ? null : time.toISOString();
}
