import { JOB_STATUSES, type JobStatus } from '#libs/contracts';
import { type Queries } from './database.js';
import { isoOf } from './job-row.js';
import { type TimeCursor } from './time-cursor.js';

/** A batch as it stands. */
export interface Batch {
  readonly id: string;
  readonly tenant: string;
  /** The jobs that were entered with it; deleted ones still count. */
  readonly total: number;
  readonly counts: Readonly<Record<JobStatus, number>>;
  /** ISO 8601. */
  readonly createdAt: string;
  /** When its last job became final for the first time. A later retry changes the counts alone. */
  readonly completedAt: string | null;
  /** Since when none of its jobs starts; null: they do. */
  readonly pausedAt: string | null;
  /** Jobs that were spawned and are still on their way in. */
  readonly missing: number;
}

/** Which batches a list shows. */
export interface BatchFilter {
  readonly tenant: string | null;
  /** Whether some of its jobs have never ended; null: whether or not. */
  readonly isOpen: boolean | null;
}

/** Which part of a list of batches. */
export interface BatchPage {
  readonly limit: number;
  readonly after: TimeCursor | null;
}

interface BatchRow {
  readonly id: string;
  readonly tenant: string;
  readonly total: number;
  readonly created_at: Date;
  readonly completed_at: Date | null;
  readonly paused_at: Date | null;
  readonly missing: number;
}

const READ = `
SELECT id, tenant, total, created_at, completed_at, paused_at,
       CASE WHEN completed_at IS NULL THEN greatest(expected - total, 0) ELSE 0 END AS missing
FROM batches`;

/** Reads a batch and counts its jobs. */
export async function readBatch(queries: Queries, id: string, tenant: string | null): Promise<Batch | undefined> {
  const rows = await queries.query<BatchRow>(`${READ} WHERE id = $1 AND ($2::text IS NULL OR tenant = $2)`, [
    id,
    tenant,
  ]);
  return (await counted(queries, rows))[0];
}

/** Reads batches newest first, and counts their jobs. */
export async function listBatches(
  queries: Queries,
  { tenant, isOpen }: BatchFilter,
  { limit, after }: BatchPage,
): Promise<readonly Batch[]> {
  const rows = await queries.query<BatchRow>(
    `${READ} WHERE ($2::text IS NULL OR tenant = $2) AND ($3::boolean IS NULL OR (completed_at IS NULL) = $3)
       AND ($4::timestamptz IS NULL OR (created_at, id) < ($4, $5::uuid))
     ORDER BY created_at DESC, id DESC LIMIT $1`,
    [limit, tenant, isOpen, after?.at ?? null, after?.id ?? null],
  );
  return counted(queries, rows);
}

async function counted(queries: Queries, batches: readonly BatchRow[]): Promise<readonly Batch[]> {
  if (batches.length === 0) return [];
  const counts = await queries.query<{ batch_id: string; status: JobStatus; count: number }>(
    'SELECT batch_id, status, count(*)::int AS count FROM jobs WHERE batch_id = ANY ($1::uuid[]) GROUP BY batch_id, status',
    [batches.map(({ id }) => id)],
  );
  const found = new Map(counts.map(({ batch_id, status, count }) => [`${batch_id} ${status}`, count]));
  return batches.map(({ id, tenant, total, missing, ...times }) => ({
    ...{ id, tenant, total, missing },
    counts: Object.fromEntries(JOB_STATUSES.map((status) => [status, found.get(`${id} ${status}`) ?? 0])) as Record<
      JobStatus,
      number
    >,
    createdAt: times.created_at.toISOString(),
    completedAt: isoOf(times.completed_at),
    pausedAt: isoOf(times.paused_at),
  }));
}
