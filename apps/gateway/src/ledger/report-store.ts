import { LIMITS, type RunReport, storableJson, TIMES, utf8Length } from '#libs/contracts';
import { decide } from '../tracker/decide.js';
import { type AttemptChange, type Decision, type JobState } from '../tracker/job-state.js';
import { type Database, type Queries } from './database.js';

/** What came of writing reports. */
export interface ReportsWritten {
  /** Rows were put into the outbox. */
  readonly toSend: boolean;
  /** Reports about jobs that the ledger does not have, or not in the reporting app's domain. */
  readonly strangers: readonly DomainReport[];
}

/** A report, and the domain of the app that it came from. */
export interface DomainReport {
  readonly domain: string;
  readonly report: RunReport;
}

/** Applies reports to jobs: reads the jobs, lets the state machine decide, writes what it decided, in one transaction. */
export class ReportStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Applies reports in their order. All are committed when this resolves, none when it rejects. */
  async apply(reports: readonly DomainReport[]): Promise<ReportsWritten> {
    return this.#database.transaction(async (transaction) => {
      const ledger = await readStates(transaction, reports);
      const { changed, decisions, strangers } = decideAll(ledger, reports);
      await writeStates(transaction, changed);
      await writeAttempts(transaction, decisions);
      await writeDeadLetters(transaction, decisions);
      const toSend = await writeOutbox(transaction, decisions);
      await keepAside(transaction, strangers, 'unknown_job');
      return { toSend, strangers };
    });
  }

  /** Keeps a report that cannot be used, with the reason. */
  async keepAside(report: unknown, reason: string): Promise<void> {
    await this.#database.query('INSERT INTO reports_kept_aside (reason, report) VALUES ($1, $2)', [
      reason,
      JSON.stringify(storableJson(report)),
    ]);
  }
}

interface Ledger {
  readonly now: Date;
  readonly states: Map<string, JobState>;
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

// Rows are locked in the order of their ids, so that batches of several gateways cannot lock each other out.
async function readStates(transaction: Queries, reports: readonly DomainReport[]): Promise<Ledger> {
  const ids = [...new Set(reports.map(({ report }) => report.job))].filter((id) => UUID.test(id));
  const [clock] = await transaction.query<{ now: Date }>('SELECT clock_timestamp() AS now');
  const rows = await transaction.query<StateRow>(READ_STATES, [ids]);
  return { now: clock?.now ?? new Date(), states: new Map(rows.map((row) => [row.id, stateOf(row)])) };
}

interface Decided {
  readonly changed: JobState[];
  readonly decisions: { job: JobState; decision: Decision }[];
  readonly strangers: DomainReport[];
}

function decideAll({ now, states }: Ledger, reports: readonly DomainReport[]): Decided {
  const before = new Map(states);
  const decisions: Decided['decisions'] = [];
  const strangers: DomainReport[] = [];
  for (const { domain, report } of reports) {
    const state = states.get(report.job);
    if (state?.queue !== domain) {
      strangers.push({ domain, report });
      continue;
    }
    const decision = decide(state, readable(report), { now, random: Math.random() });
    states.set(report.job, decision.state);
    decisions.push({ job: decision.state, decision });
  }
  const changed = [...states.values()].filter((state) => state !== before.get(state.id));
  return { changed, decisions, strangers };
}

/** A report whose texts and sizes the ledger can hold, whatever its sender took care of. */
function readable(report: RunReport): RunReport {
  if (report.type !== 'ended') return report;
  const outcome = storableJson(report.outcome) as typeof report.outcome;
  if (outcome.kind !== 'done' || utf8Length(JSON.stringify(outcome.result)) <= LIMITS.result)
    return { ...report, outcome };
  const message = `The result is larger than ${LIMITS.result} bytes of JSON. Put it in a file.`;
  return { ...report, outcome: { kind: 'reject', failure: { code: 'result_too_large', message } } };
}

async function writeStates(transaction: Queries, states: readonly JobState[]): Promise<void> {
  if (states.length === 0) return;
  const column = <T>(pick: (state: JobState) => T): T[] => states.map(pick);
  await transaction.query(WRITE_STATES, [
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
  ]);
}

async function writeAttempts(transaction: Queries, decisions: Decided['decisions']): Promise<void> {
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
  };
}

async function writeDeadLetters(transaction: Queries, decisions: Decided['decisions']): Promise<void> {
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

async function writeOutbox(transaction: Queries, decisions: Decided['decisions']): Promise<boolean> {
  const rows = decisions.flatMap(({ job, decision: { send, deadLetter } }) => [
    ...(send === null ? [] : [{ kind: 'work', job: job.id, ...send }]),
    ...(deadLetter === null
      ? []
      : [{ kind: 'dead-letter', job: job.id, run: deadLetter.run, dueAt: null, priority: null }]),
  ]);
  if (rows.length === 0) return false;
  await transaction.query(WRITE_OUTBOX, [
    rows.map(({ kind }) => kind),
    rows.map(({ job }) => job),
    rows.map(({ run }) => run),
    rows.map(({ dueAt }) => dueAt),
    rows.map(({ priority }) => priority),
  ]);
  return true;
}

async function keepAside(transaction: Queries, reports: readonly DomainReport[], reason: string): Promise<void> {
  if (reports.length === 0) return;
  await transaction.query(
    'INSERT INTO reports_kept_aside (reason, report) SELECT $1, report FROM unnest($2::text[]) AS new (report)',
    [reason, reports.map(({ report }) => JSON.stringify(storableJson(report)))],
  );
}

const READ_STATES = `
SELECT id, queue, status, run, attempt, charged, returns, max_attempts, backoff, worker_id, result, error, created_at,
       started_at, next_attempt_at, completed_at, cancel_requested_at
FROM jobs WHERE id = ANY($1::uuid[]) ORDER BY id FOR UPDATE`;

// Progress belongs to a run; a completed job's is 100.
const WRITE_STATES = `
UPDATE jobs SET version = jobs.version + 1, status = new.status, run = new.run, attempt = new.attempt,
  charged = new.charged, returns = new.returns, worker_id = new.worker_id, result = new.result::json,
  error = new.error::json, started_at = new.started_at, next_attempt_at = new.next_attempt_at,
  completed_at = new.completed_at,
  progress = CASE WHEN new.status = 'completed' THEN 100 WHEN new.run <> jobs.run THEN 0 ELSE jobs.progress END,
  progress_message = CASE WHEN new.run <> jobs.run THEN NULL ELSE jobs.progress_message END,
  progress_seq = CASE WHEN new.run <> jobs.run THEN 0 ELSE jobs.progress_seq END
FROM unnest($1::uuid[], $2::text[], $3::int[], $4::int[], $5::int[], $6::smallint[], $7::text[], $8::text[], $9::text[],
            $10::timestamptz[], $11::timestamptz[], $12::timestamptz[])
  AS new (id, status, run, attempt, charged, returns, worker_id, result, error, started_at, next_attempt_at, completed_at)
WHERE jobs.id = new.id`;

const ENDS = `attempts.outcome IS NULL OR (attempts.outcome = 'lost' AND excluded.outcome IS NOT NULL)`;
const WRITE_ATTEMPTS = `
INSERT INTO attempts (job_id, run, attempt, worker_id, started_at, ended_at, outcome, error)
SELECT id, run, attempt, worker_id, started_at, ended_at, outcome, error::json
FROM unnest($1::uuid[], $2::int[], $3::int[], $4::text[], $5::timestamptz[], $6::timestamptz[], $7::text[], $8::text[])
  AS new (id, run, attempt, worker_id, started_at, ended_at, outcome, error)
ORDER BY id, run
ON CONFLICT (job_id, run) DO UPDATE SET
  worker_id = coalesce(attempts.worker_id, excluded.worker_id),
  started_at = coalesce(attempts.started_at, excluded.started_at),
  ended_at = CASE WHEN ${ENDS}
             THEN excluded.ended_at ELSE attempts.ended_at END,
  outcome = CASE WHEN ${ENDS}
            THEN excluded.outcome ELSE attempts.outcome END,
  error = CASE WHEN ${ENDS}
          THEN excluded.error ELSE attempts.error END`;

const WRITE_DEAD_LETTERS = `
INSERT INTO dead_letters (id, job_id, tenant, queue, task, run, error, reason, payload, worker_id)
SELECT gen_random_uuid(), jobs.id, tenant, queue, task, dead.run, dead.error::json, dead.reason, payload::text, dead.worker_id
FROM unnest($1::uuid[], $2::int[], $3::text[], $4::text[], $5::text[]) AS dead (id, run, error, reason, worker_id)
JOIN jobs ON jobs.id = dead.id
ON CONFLICT (job_id, run) DO NOTHING`;

const WRITE_OUTBOX = `
INSERT INTO outbox (kind, job_id, run, due_at, priority, free_at)
SELECT kind, id, run, due_at, priority,
       greatest(now(), due_at - interval '${TIMES.longestLadderWaitMs} milliseconds')
FROM unnest($1::text[], $2::uuid[], $3::int[], $4::timestamptz[], $5::smallint[]) AS new (kind, id, run, due_at, priority)`;

interface StateRow {
  readonly id: string;
  readonly queue: string;
  readonly status: JobState['status'];
  readonly run: number;
  readonly attempt: number;
  readonly charged: number;
  readonly returns: number;
  readonly max_attempts: number;
  readonly backoff: JobState['backoff'];
  readonly worker_id: string | null;
  readonly result: unknown;
  readonly error: JobState['error'];
  readonly created_at: Date;
  readonly started_at: Date | null;
  readonly next_attempt_at: Date | null;
  readonly completed_at: Date | null;
  readonly cancel_requested_at: Date | null;
}

function stateOf(row: StateRow): JobState {
  return {
    id: row.id,
    queue: row.queue,
    status: row.status,
    run: row.run,
    attempt: row.attempt,
    charged: row.charged,
    returns: row.returns,
    maxAttempts: row.max_attempts,
    backoff: row.backoff,
    workerId: row.worker_id,
    result: row.result,
    error: row.error,
    createdAt: row.created_at,
    startedAt: row.started_at,
    nextAttemptAt: row.next_attempt_at,
    completedAt: row.completed_at,
    cancelRequestedAt: row.cancel_requested_at,
  };
}
