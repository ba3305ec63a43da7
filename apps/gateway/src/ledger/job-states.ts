import { type JobState } from '../tracker/job-state.js';
import { type KeyedQueries } from './database.js';
import { isId } from './ids.js';
import { IN_LINE, IN_PAUSED_BATCH } from './paused-batches.js';
import { type PreparedStatement } from './statement.js';

/** The jobs that are to be moved, locked, and the database's clock. */
export interface LockedJobs {
  readonly now: Date;
  readonly states: Map<string, JobState>;
}

/**
 * Reads and locks jobs. Rows are locked in the order of their ids, so that batches of several gateways cannot lock each
 * other out.
 */
export async function readStates(transaction: KeyedQueries, ids: readonly string[]): Promise<LockedJobs> {
  const rows = await transaction.query<StateRow>(READ_STATES, [[...new Set(ids)].filter(isId)]);
  return { now: rows[0]?.now ?? new Date(), states: new Map(rows.map((row) => [row.id, stateOf(row)])) };
}

/**
 * Writes changed jobs; each change raises the version that observers see. Returns the ids of those that wait in a paused batch:
 * whoever of them has no message gets none.
 */
export async function writeStates(
  transaction: KeyedQueries,
  states: readonly JobState[],
): Promise<ReadonlySet<string>> {
  if (states.length === 0) return new Set();
  const column = <T>(pick: (state: JobState) => T): T[] => states.map(pick);
  const paused = await transaction.query<{ id: string }>(WRITE_STATES, [
    column(({ id }) => id),
    column(({ status }) => status),
    column(({ run }) => run),
    column(({ attempt }) => attempt),
    column(({ charged }) => charged),
    column(({ returns }) => returns),
    column(({ workerId }) => workerId),
    column(({ result }) => (result === null ? null : JSON.stringify(result))),
    column(({ error }) => (error === null ? null : JSON.stringify(error))),
    column(({ startedAt }) => startedAt),
    column(({ nextAttemptAt }) => nextAttemptAt),
    column(({ completedAt }) => completedAt),
    column(({ losses }) => losses),
    column(({ returnedAt }) => returnedAt),
    column(({ sentPriority }) => sentPriority),
    column(({ held }) => held),
  ]);
  return new Set(paused.map(({ id }) => id));
}

const READ_STATES: PreparedStatement = {
  ...{ name: 'read-states', reads: 'by key' },
  text: `
SELECT id, queue, task, status, held IS NOT NULL AS held, run, attempt, charged, returns, max_attempts, first_max_attempts, backoff,
       worker_id, result, error, created_at, queued_at, started_at, next_attempt_at, completed_at, cancel_requested_at, losses,
       returned_at, sent_priority, priority, leads_on OR batch_id IS NOT NULL AS leads_on, clock_timestamp() AS now
FROM jobs WHERE id = ANY($1::uuid[]) ORDER BY id FOR NO KEY UPDATE`,
};

// Progress belongs to a run; a completed job's is 100, and what its handler said on the way no longer holds.
// Pausing marks the batch before it looks at the jobs: whoever has locked one before that is waited for, and who locks it later
// sees the mark here.
const WRITE_STATES: PreparedStatement = {
  ...{ name: 'write-states', reads: 'by key' },
  text: `
WITH written AS (
  UPDATE jobs SET version = jobs.version + 1, status = new.status, run = new.run, attempt = new.attempt,
    charged = new.charged, returns = new.returns, worker_id = new.worker_id, result = new.result::json,
    error = new.error::json, started_at = new.started_at, next_attempt_at = new.next_attempt_at,
    queued_at = CASE WHEN new.status = 'queued' AND new.run <> jobs.run AND NOT ${IN_PAUSED_BATCH} THEN now() ELSE jobs.queued_at END,
    completed_at = new.completed_at, losses = new.losses, returned_at = new.returned_at, sent_priority = new.sent_priority,
    held = CASE WHEN new.held AND jobs.held IS NOT NULL THEN jobs.held
                WHEN new.status = 'queued' AND (new.held OR new.run <> jobs.run) AND ${IN_PAUSED_BATCH} THEN 'batch'
                WHEN new.held THEN ${IN_LINE} END,
    progress = CASE WHEN new.status = 'completed' THEN 100 WHEN new.run <> jobs.run THEN 0 ELSE jobs.progress END,
    progress_message = CASE WHEN new.run <> jobs.run OR new.status = 'completed' THEN NULL ELSE jobs.progress_message END,
    progress_seq = CASE WHEN new.run <> jobs.run THEN 0 ELSE jobs.progress_seq END
  FROM unnest($1::uuid[], $2::text[], $3::int[], $4::int[], $5::int[], $6::smallint[], $7::text[], $8::text[], $9::text[],
              $10::timestamptz[], $11::timestamptz[], $12::timestamptz[], $13::smallint[], $14::timestamptz[],
              $15::smallint[], $16::boolean[])
    AS new (id, status, run, attempt, charged, returns, worker_id, result, error, started_at, next_attempt_at, completed_at,
            losses, returned_at, sent_priority, held)
  WHERE jobs.id = new.id
  RETURNING jobs.id, jobs.status, jobs.batch_id
)
SELECT id FROM written AS jobs WHERE status IN ('queued','retrying') AND ${IN_PAUSED_BATCH}`,
};

interface StateRow {
  readonly id: string;
  readonly queue: string;
  readonly task: string;
  readonly status: JobState['status'];
  readonly held: boolean;
  readonly run: number;
  readonly attempt: number;
  readonly charged: number;
  readonly returns: number;
  readonly max_attempts: number;
  readonly first_max_attempts: number | null;
  readonly backoff: JobState['backoff'];
  readonly worker_id: string | null;
  readonly result: unknown;
  readonly error: JobState['error'];
  readonly created_at: Date;
  readonly queued_at: Date;
  readonly started_at: Date | null;
  readonly next_attempt_at: Date | null;
  readonly completed_at: Date | null;
  readonly cancel_requested_at: Date | null;
  readonly losses: number;
  readonly returned_at: Date | null;
  readonly sent_priority: number | null;
  readonly priority: number;
  readonly leads_on: boolean;
  readonly now: Date;
}

function stateOf(row: StateRow): JobState {
  return {
    id: row.id,
    queue: row.queue,
    task: row.task,
    status: row.status,
    held: row.held,
    run: row.run,
    attempt: row.attempt,
    charged: row.charged,
    returns: row.returns,
    maxAttempts: row.max_attempts,
    firstMaxAttempts: row.first_max_attempts ?? row.max_attempts,
    backoff: row.backoff,
    workerId: row.worker_id,
    result: row.result,
    error: row.error,
    createdAt: row.created_at,
    queuedAt: row.queued_at,
    startedAt: row.started_at,
    nextAttemptAt: row.next_attempt_at,
    completedAt: row.completed_at,
    cancelRequestedAt: row.cancel_requested_at,
    losses: row.losses,
    returnedAt: row.returned_at,
    sentPriority: row.sent_priority,
    priority: row.priority,
    leadsOn: row.leads_on,
  };
}
