import { TIMES } from '#libs/contracts';
import { type AttemptChange, type JobState } from '../tracker/job-state.js';
import { type KeyedQueries } from './database.js';
import { type DecidedJob } from './decided-job.js';
import { writeStates } from './job-states.js';
import { countEndings } from './queue-counts.js';
import { type PreparedStatement } from './statement.js';
import { holdBackRuns, writeVoids } from './voids.js';

/**
 * Writes the jobs that have changed and all that was decided. Returns whether there is anything to publish. What needs no answer of
 * another statement leaves together with it, and runs behind it.
 */
export async function writeDecisions(
  transaction: KeyedQueries,
  changed: readonly JobState[],
  decisions: readonly DecidedJob[],
): Promise<boolean> {
  const [paused, , , , voided] = await Promise.all([
    writeStates(transaction, changed),
    writeAttempts(transaction, decisions),
    writeDeadLetters(transaction, decisions),
    countEndings(transaction, changed, decisions),
    writeVoids(transaction, decisions),
  ]);
  const sends = await writeOutbox(transaction, decisions, paused);
  const heldBack = await holdBackRuns(transaction, [...paused]);
  return voided || sends || heldBack;
}

/** Whether all that is written of these leaves at once: there are no messages of them, and none can wait in a paused batch. */
export function leaveAtOnce(changed: readonly JobState[], decisions: readonly DecidedJob[]): boolean {
  return !haveMessages(decisions) && !changed.some(({ status }) => status === 'queued' || status === 'retrying');
}

function haveMessages(decisions: readonly DecidedJob[]): boolean {
  return decisions.some(({ decision: { send, deadLetter } }) => send !== null || deadLetter !== null);
}

/** Writes what is known of runs. */
async function writeAttempts(transaction: KeyedQueries, decisions: readonly DecidedJob[]): Promise<void> {
  const merged = new Map<string, { jobId: string; change: AttemptChange }>();
  for (const { job, decision } of decisions) {
    for (const change of decision.attempts) {
      const key = `${job.id}/${change.run}`;
      const known = merged.get(key)?.change;
      merged.set(key, { jobId: job.id, change: known === undefined ? change : completed(known, change) });
    }
  }
  if (merged.size === 0) return;
  const rows = [...merged.values()];
  const column = <T>(pick: (change: AttemptChange) => T): T[] => rows.map(({ change }) => pick(change));
  await transaction.query(WRITE_ATTEMPTS, [
    rows.map(({ jobId }) => jobId),
    column(({ run }) => run),
    column(({ attempt }) => attempt),
    column(({ workerId }) => workerId),
    column(({ startedAt }) => startedAt),
    column(({ endedAt }) => endedAt),
    column(({ outcome }) => outcome),
    column(({ error }) => (error === null ? null : JSON.stringify(error))),
    column(({ reason }) => reason),
  ]);
}

/** What two reports say of one run: the first end stays, except that a worker given up for lost may still be heard. */
function completed(known: AttemptChange, later: AttemptChange): AttemptChange {
  const ends = known.outcome === null || (known.outcome === 'lost' && later.outcome !== null);
  return {
    run: known.run,
    attempt: known.attempt,
    workerId: known.workerId ?? later.workerId,
    startedAt: known.startedAt ?? later.startedAt,
    endedAt: ends ? later.endedAt : known.endedAt,
    outcome: ends ? later.outcome : known.outcome,
    error: ends ? later.error : known.error,
    reason: ends ? later.reason : known.reason,
  };
}

/** Buries the jobs that have failed. */
async function writeDeadLetters(transaction: KeyedQueries, decisions: readonly DecidedJob[]): Promise<void> {
  const dead = decisions.flatMap(({ job, decision }) =>
    decision.deadLetter === null ? [] : [{ job, letter: decision.deadLetter }],
  );
  if (dead.length === 0) return;
  await transaction.query(WRITE_DEAD_LETTERS, [
    dead.map(({ job }) => job.id),
    dead.map(({ letter }) => letter.run),
    dead.map(({ letter }) => JSON.stringify(letter.error)),
    dead.map(({ letter }) => letter.reason),
    dead.map(({ job }) => job.workerId),
  ]);
}

/**
 * Notes the runs and dead letters that are to be published; those of held jobs are when it is their turn, or their batch is
 * no longer paused. Returns whether there are any.
 */
async function writeOutbox(
  transaction: KeyedQueries,
  decisions: readonly DecidedJob[],
  paused: ReadonlySet<string>,
): Promise<boolean> {
  if (!haveMessages(decisions)) return false;
  const isHeld = ({ id, held, status }: JobState): boolean => held || (status === 'queued' && paused.has(id));
  const rows = decisions.flatMap(({ job, decision: { send, deadLetter } }) => [
    ...(send === null || isHeld(job) ? [] : [{ kind: 'work', job: job.id, ...send }]),
    ...(deadLetter === null
      ? []
      : [{ kind: 'dead-letter', job: job.id, run: deadLetter.run, dueAt: null, priority: null }]),
  ]);
  if (rows.length === 0) return true;
  await transaction.query(WRITE_OUTBOX, [
    rows.map(({ kind }) => kind),
    rows.map(({ job }) => job),
    rows.map(({ run }) => run),
    rows.map(({ dueAt }) => dueAt),
    rows.map(({ priority }) => priority),
  ]);
  return true;
}

const ENDS = `attempts.outcome IS NULL OR (attempts.outcome = 'lost' AND excluded.outcome IS NOT NULL)`;
const WRITE_ATTEMPTS: PreparedStatement = {
  name: 'write-attempts',
  text: `
INSERT INTO attempts (job_id, run, attempt, worker_id, started_at, ended_at, outcome, error, reason)
SELECT id, run, attempt, worker_id, started_at, ended_at, outcome, error::json, reason
FROM unnest($1::uuid[], $2::int[], $3::int[], $4::text[], $5::timestamptz[], $6::timestamptz[], $7::text[], $8::text[],
            $9::text[])
  AS new (id, run, attempt, worker_id, started_at, ended_at, outcome, error, reason)
ORDER BY id, run
ON CONFLICT (job_id, run) DO UPDATE SET
  worker_id = coalesce(attempts.worker_id, excluded.worker_id),
  started_at = coalesce(attempts.started_at, excluded.started_at),
  ended_at = CASE WHEN ${ENDS}
             THEN excluded.ended_at ELSE attempts.ended_at END,
  outcome = CASE WHEN ${ENDS}
            THEN excluded.outcome ELSE attempts.outcome END,
  error = CASE WHEN ${ENDS}
          THEN excluded.error ELSE attempts.error END,
  reason = CASE WHEN ${ENDS}
           THEN excluded.reason ELSE attempts.reason END`,
};

const WRITE_DEAD_LETTERS: PreparedStatement = {
  ...{ name: 'write-dead-letters', reads: 'by key' },
  text: `
INSERT INTO dead_letters (id, job_id, tenant, queue, task, run, error, reason, payload, worker_id)
SELECT gen_random_uuid(), jobs.id, tenant, queue, task, dead.run, dead.error::json, dead.reason, payload::text, dead.worker_id
FROM unnest($1::uuid[], $2::int[], $3::text[], $4::text[], $5::text[]) AS dead (id, run, error, reason, worker_id)
JOIN jobs ON jobs.id = dead.id AND jobs.id = ANY($1::uuid[])
ON CONFLICT (job_id, run) DO NOTHING`,
};

const WRITE_OUTBOX: PreparedStatement = {
  name: 'write-outbox',
  text: `
INSERT INTO outbox (kind, job_id, run, due_at, priority, free_at)
SELECT kind, id, run, due_at, priority,
       greatest(now(), due_at - interval '${TIMES.longestLadderWaitMs} milliseconds')
FROM unnest($1::text[], $2::uuid[], $3::int[], $4::timestamptz[], $5::smallint[]) AS new (kind, id, run, due_at, priority)`,
};
