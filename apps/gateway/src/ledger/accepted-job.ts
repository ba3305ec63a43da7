import { type Job, type WorkOrder } from '#libs/contracts';
import { type InsertedRow } from './job-insert.js';
import { jobOf } from './job-row.js';
import { type NewJob } from './new-job.js';
import { type WorkEntry } from './outbox.js';

/** The message of a job that was just entered and goes out at once; none for others. */
export function workEntryOf(job: NewJob, row: InsertedRow | undefined): WorkEntry[] {
  if (row === undefined || row.outbox_id === null) return [];
  const order: WorkOrder = {
    jobId: job.id,
    run: 1,
    attempt: 1,
    maxAttempts: job.maxAttempts,
    task: job.task,
    tenant: job.tenant,
    priority: job.priority,
    timeoutMs: job.timeoutMs,
    alone: false,
    schemaHash: job.schemaHash,
    createdAt: row.created_at.toISOString(),
    scheduledFor: job.scheduledFor?.toISOString() ?? null,
    metadata: job.metadata,
    traceparent: job.traceparent,
  };
  return [{ kind: 'work', id: row.outbox_id, order, payload: job.payload, queueKey: job.queueKey, waitMs: 0 }];
}

/** A job that was just entered, as users see it. Every field is named, as in `JobIntake`: each request comes by here. */
export function acceptedJob(job: NewJob, createdAt: Date): Job {
  return jobOf({
    id: job.id,
    tenant: job.tenant,
    version: 1,
    task: job.task,
    queue: job.queue,
    status: job.scheduledFor === null ? 'queued' : 'scheduled',
    priority: job.priority,
    payload: JSON.parse(job.payload) as unknown,
    metadata: JSON.parse(job.metadata) as Record<string, unknown>,
    attempt: 0,
    max_attempts: job.maxAttempts,
    progress: 0,
    progress_message: null,
    worker_id: null,
    result: null,
    error: null,
    batch_id: job.batchId,
    parent_id: job.parentId,
    unique_key: job.uniqueKey,
    created_at: createdAt,
    scheduled_for: job.scheduledFor,
    started_at: null,
    next_attempt_at: null,
    cancel_requested_at: null,
    completed_at: null,
  });
}
