import { type Queries } from './database.js';
import { followUpRows } from './follow-up.js';
import { type NewJob } from './new-job.js';
import { type Dispatch, type Load } from './outbox.js';
import { type PreparedStatement } from './statement.js';

/** How jobs are entered. */
export interface InsertOptions {
  /** How long their outbox rows are claimed by this process; 0: they are anybody's to send. */
  readonly claimMs: number;
  /** Whether a job whose time has already come waits, too, until due jobs are looked for. */
  readonly dueWaits: boolean;
  /** Those that wait for their tenant's turn. One with a concurrency key waits in any case, until the key is free. */
  readonly held: ReadonlySet<NewJob>;
}

/** The row that a new job has become. */
export interface InsertedRow {
  readonly id: string;
  readonly created_at: Date;
  /** Null: the job waits, for its time or its turn. */
  readonly outbox_id: string | null;
}

/** About how many bytes a job is to be entered with. */
export function bytesOf({ payload, then }: NewJob): number {
  return then.length === 0 ? payload.length : payload.length + JSON.stringify(then).length;
}

/** The jobs that may not have a message yet. */
export function heldOf(jobs: readonly NewJob[], dispatch: Pick<Dispatch, 'admits'>): ReadonlySet<NewJob> {
  return new Set(jobs.filter((job) => job.scheduledFor === null && !dispatch.admits(job)));
}

/** What of these leaves at once, if it may. */
export function loadOf(jobs: readonly NewJob[], held: ReadonlySet<NewJob>): Load {
  const leaving = jobs.filter((job) => job.scheduledFor === null && !held.has(job));
  return { entries: leaving.length, bytes: leaving.reduce((bytes, { payload }) => bytes + payload.length, 0) };
}

/**
 * Enters jobs with what follows from their ends, and outbox rows for those that go out at once. A job whose id is there
 * already, or whose unique key another open job holds, has no row in the answer.
 */
export async function insertJobs(
  queries: Queries,
  jobs: readonly NewJob[],
  { claimMs, dueWaits, held }: InsertOptions,
): Promise<InsertedRow[]> {
  const column = <T>(pick: (job: NewJob) => T): T[] => jobs.map(pick);
  const inFlow = jobs.some(
    ({ then, parentId, batchId }) => then.length > 0 || (parentId !== null && parentId === batchId),
  );
  return queries.query<InsertedRow>(inFlow ? INSERT_WITH_FLOW : INSERT, [
    column((job) => job.id),
    column((job) => job.tenant),
    column((job) => job.task),
    column((job) => job.queue),
    column((job) => job.priority),
    column((job) => job.payload),
    column((job) => job.metadata),
    column((job) => job.maxAttempts),
    column((job) => JSON.stringify(job.backoff)),
    column((job) => job.timeoutMs),
    column((job) => job.schemaHash),
    column((job) => job.traceparent),
    column((job) => job.scheduledFor),
    column((job) => job.expiresAt),
    claimMs,
    dueWaits,
    column((job) => job.batchId),
    column((job) => job.uniqueKey),
    column((job) => job.uniqueUntil),
    column((job) => job.apiKeyId),
    column((job) => job.parentId),
    column((job) => job.followsBatch),
    column((job) => job.then.length > 0),
    column((job) => job.concurrencyKey),
    column((job) => held.has(job)),
    column(({ files }) => (files.length === 0 ? null : files.join())),
    column((job) => job.givenOptions),
    ...(inFlow ? [followUpRows(jobs)] : []),
  ]);
}

/** What a statement does with jobs that are followed, or spawned. */
interface Flow {
  /** What is read before jobs are entered. */
  readonly before: string;
  /** Of a row of `new`: whether its batch is paused. */
  readonly isPaused: string;
  /** What is written beside the jobs. */
  readonly beside: string;
}

/** A claim runs from when the row is written: a batch may be a while in coming. What nobody has claimed is in the order of its id. */
const FREE_AT = `CASE WHEN $15::int > 0 THEN clock_timestamp() + $15::int * interval '1 millisecond' ELSE now() END`;

/** Each row has a time of its own, so that held jobs know in which order they came. */
const statement = ({ before, isPaused, beside }: Flow): string => `
WITH new AS (
  SELECT *, scheduled_for IS NOT NULL AND (scheduled_for > now() OR $16::boolean) AS waits
  FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::smallint[], $6::text[], $7::text[], $8::int[],
              $9::text[], $10::bigint[], $11::text[], $12::text[], $13::timestamptz[], $14::timestamptz[],
              $17::uuid[], $18::text[], $19::timestamptz[], $20::uuid[], $21::uuid[], $22::uuid[], $23::boolean[],
              $24::text[], $25::boolean[], $26::text[], $27::text[])
       WITH ORDINALITY AS given (id, tenant, task, queue, priority, payload, metadata, max_attempts, backoff, timeout_ms,
                                 schema_hash, traceparent, scheduled_for, expires_at, batch_id, unique_key,
                                 unique_until, api_key_id, parent_id, follows_batch, leads_on, concurrency_key, held,
                                 files, given_options, position)
)${before}, inserted AS (
  INSERT INTO jobs (id, tenant, task, queue, status, priority, payload, metadata, max_attempts, backoff, timeout_ms,
                    schema_hash, traceparent, scheduled_for, expires_at, batch_id, unique_key, unique_until, api_key_id,
                    parent_id, follows_batch, leads_on, concurrency_key, files, given_options, run, held, queued_at)
  SELECT id, tenant, task, queue, CASE WHEN waits THEN 'scheduled' ELSE 'queued' END, priority,
         payload::json, metadata::jsonb, max_attempts, backoff::jsonb, timeout_ms, schema_hash, traceparent,
         scheduled_for, expires_at, batch_id, unique_key, unique_until, api_key_id, parent_id, follows_batch,
         leads_on, concurrency_key, string_to_array(files, ',')::uuid[], given_options::json,
         CASE WHEN waits THEN 0 ELSE 1 END,
         CASE WHEN waits THEN NULL WHEN ${isPaused} THEN 'batch' WHEN concurrency_key IS NOT NULL THEN 'key' WHEN held THEN 'turn' END, clock_timestamp()
  FROM new ORDER BY position
  ON CONFLICT DO NOTHING
  RETURNING id, tenant, parent_id, batch_id, created_at, status, run, held
)${beside}, sent AS (
  INSERT INTO outbox (kind, job_id, run, free_at, taken)
  SELECT 'work', id, run, ${FREE_AT}, $15::int > 0 FROM inserted
  WHERE status = 'queued' AND held IS NULL
  RETURNING id, job_id
)
SELECT inserted.id, inserted.created_at, sent.id AS outbox_id
FROM inserted LEFT JOIN sent ON sent.job_id = inserted.id`;

const INSERT: PreparedStatement = {
  name: 'insert-jobs',
  text: statement({ before: '', isPaused: 'false', beside: '' }),
};

// A batch that is not there yet is paused when its spawner's is. What says so is locked: who pauses or resumes it meanwhile waits,
// and then finds these jobs.
const SPAWNED_INTO = `, spawning AS MATERIALIZED (
  SELECT spawner.id, coalesce(own.id, spawner.batch_id) AS judged_by
  FROM (SELECT DISTINCT batch_id FROM new WHERE batch_id = parent_id) AS spawned
  JOIN jobs AS spawner ON spawner.id = spawned.batch_id LEFT JOIN batches AS own ON own.id = spawner.id
), judged AS MATERIALIZED (
  SELECT spawning.id, batches.paused_at FROM spawning JOIN batches ON batches.id = judged_by
  ORDER BY batches.id FOR NO KEY UPDATE OF batches
)`;

// Their plan costs, so they are there only when a job of the statement is followed, or spawned.
const INSERT_WITH_FLOW = statement({
  before: SPAWNED_INTO,
  isPaused: 'batch_id IN (SELECT id FROM judged WHERE paused_at IS NOT NULL)',
  beside: `, following AS (
  SELECT next.*, inserted.tenant
  FROM json_to_recordset($28::json) AS next (id uuid, "of" uuid, spawned boolean, position int, "on" text, task text,
                                             request json, traceparent text)
  JOIN inserted ON inserted.id = next."of"
), opened AS (
  INSERT INTO batches (id, tenant, total, paused_at)
  SELECT id, tenant, sum(jobs), (SELECT paused_at FROM judged WHERE judged.id = spawning.id) FROM (
    SELECT "of" AS id, tenant, 0 AS jobs FROM following WHERE spawned
    UNION ALL SELECT batch_id, tenant, 1 FROM inserted WHERE batch_id = parent_id
  ) AS spawning GROUP BY id, tenant ORDER BY id
  ON CONFLICT (id) DO UPDATE SET total = batches.total + excluded.total WHERE batches.tenant = excluded.tenant
), followed AS (
  INSERT INTO follow_ups (id, job_id, batch_id, tenant, position, ends_on, task, request, traceparent)
  SELECT id, CASE WHEN NOT spawned THEN "of" END, CASE WHEN spawned THEN "of" END, tenant, position, "on", task,
         request, traceparent
  FROM following
)`,
});
