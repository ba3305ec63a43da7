import { runsAlone } from '../tracker/transitions.js';
import { type ControlRow, type OutboxEntry } from './outbox.js';
import { voidedRunOf, type VoidRow } from './voids.js';

/** A row of the first lane as it was claimed. */
export type ClaimedControlRow = { readonly id: string } & (
  | (VoidRow & { readonly kind: 'void' })
  | { readonly kind: 'pause' | 'resume'; readonly queue: string; readonly version: number }
);

/** What there is to say on the control stream. */
export function controlRowOf(row: ClaimedControlRow): ControlRow {
  if (row.kind === 'void') return { id: row.id, kind: 'void', voided: voidedRunOf(row) };
  return { id: row.id, kind: row.kind, queue: row.queue, version: row.version };
}

/** A row of the other lane, with all that its message may be made of. */
export interface ClaimedRow {
  readonly id: string;
  readonly kind: 'work' | 'dead-letter' | 'event';
  readonly job_id: string;
  readonly run: number;
  readonly wait_ms: number | null;
  readonly priority: number;
  readonly newest_run: number | null;
  readonly status: string;
  readonly tenant: string;
  readonly task: string;
  readonly queue: string;
  readonly payload: string;
  readonly metadata: string;
  readonly charged: number;
  readonly losses: number;
  readonly max_attempts: number;
  readonly timeout_ms: number;
  readonly schema_hash: string | null;
  readonly traceparent: string | null;
  readonly created_at: Date;
  readonly scheduled_for: Date | null;
  readonly queue_key: string | null;
  readonly letter_id: string | null;
  readonly dead_error: { code: string; message: string; attempt: number } | null;
  readonly dead_worker: string | null;
  readonly dead_at: Date | null;
  readonly event_id: string | null;
  readonly event_tenant: string;
  readonly event_type: string;
  readonly event_data: string;
  readonly received_at: Date;
}

const WAITING = new Set(['queued', 'retrying']);

/** What a row is sent as. */
export function entryOf(row: ClaimedRow): OutboxEntry {
  if (row.kind === 'dead-letter') return deadLetterOf(row);
  if (row.kind === 'event') return eventOf(row);
  if (row.newest_run !== row.run || !WAITING.has(row.status)) return { kind: 'stale', id: row.id };
  return row.queue_key === null ? { kind: 'unaddressed', id: row.id } : workOf(row, row.queue_key);
}

function workOf(row: ClaimedRow, queueKey: string): OutboxEntry {
  return {
    kind: 'work',
    id: row.id,
    queueKey,
    payload: row.payload,
    waitMs: row.wait_ms ?? 0,
    order: {
      jobId: row.job_id,
      run: row.run,
      attempt: row.charged + 1,
      maxAttempts: row.max_attempts,
      task: row.task,
      tenant: row.tenant,
      priority: row.priority,
      timeoutMs: row.timeout_ms,
      alone: runsAlone({ losses: row.losses, charged: row.charged, maxAttempts: row.max_attempts }),
      schemaHash: row.schema_hash,
      createdAt: row.created_at.toISOString(),
      scheduledFor: row.scheduled_for?.toISOString() ?? null,
      metadata: row.metadata,
      traceparent: row.traceparent,
    },
  };
}

function deadLetterOf(row: ClaimedRow): OutboxEntry {
  if (row.letter_id === null || row.dead_error === null || row.dead_at === null) return { kind: 'stale', id: row.id };
  return {
    kind: 'dead-letter',
    id: row.id,
    letterId: row.letter_id,
    jobId: row.job_id,
    tenant: row.tenant,
    queue: row.queue,
    task: row.task,
    payload: row.payload,
    code: row.dead_error.code,
    message: row.dead_error.message,
    attempts: row.dead_error.attempt,
    worker: row.dead_worker,
    diedAt: row.dead_at,
  };
}

function eventOf(row: ClaimedRow): OutboxEntry {
  if (row.event_id === null) return { kind: 'stale', id: row.id };
  return {
    kind: 'event',
    id: row.id,
    eventId: row.event_id,
    tenant: row.event_tenant,
    type: row.event_type,
    payload: row.event_data,
    receivedAt: row.received_at,
  };
}
