import { clippedText, LIMITS, type Outcome, type RunReport, storableJson, utf8Length } from '#libs/contracts';
import { decide } from '../tracker/decide.js';
import { type JobState } from '../tracker/job-state.js';
import { type Database, type Queries } from './database.js';
import { type DecidedJob, writeAttempts, writeDeadLetters, writeOutbox } from './decision-writes.js';
import { type LockedJobs, readStates, writeStates } from './job-states.js';

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
      const locked = await readStates(
        transaction,
        reports.map(({ report }) => report.job),
      );
      const { changed, decisions, strangers } = decideAll(locked, reports);
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

interface Decided {
  readonly changed: JobState[];
  readonly decisions: DecidedJob[];
  readonly strangers: DomainReport[];
}

function decideAll({ now, states }: LockedJobs, reports: readonly DomainReport[]): Decided {
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
  const outcome = clippedFailure(storableJson(report.outcome) as Outcome);
  if (outcome.kind !== 'done' || utf8Length(JSON.stringify(outcome.result)) <= LIMITS.result)
    return { ...report, outcome };
  const message = `The result is larger than ${LIMITS.result} bytes of JSON. Put it in a file.`;
  return { ...report, outcome: { kind: 'reject', failure: { code: 'result_too_large', message } } };
}

const MAX_CODE_BYTES = 100;

function clippedFailure(outcome: Outcome): Outcome {
  if (outcome.kind !== 'retry' && outcome.kind !== 'reject') return outcome;
  const { code, message } = outcome.failure;
  return {
    ...outcome,
    failure: { code: clippedText(code, MAX_CODE_BYTES), message: clippedText(message, LIMITS.errorMessage) },
  };
}

async function keepAside(transaction: Queries, reports: readonly DomainReport[], reason: string): Promise<void> {
  if (reports.length === 0) return;
  await transaction.query(
    'INSERT INTO reports_kept_aside (reason, report) SELECT $1, report FROM unnest($2::text[]) AS new (report)',
    [reason, reports.map(({ report }) => JSON.stringify(storableJson(report)))],
  );
}
