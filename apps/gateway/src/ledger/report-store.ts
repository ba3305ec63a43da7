import { clippedText, isFinal, LIMITS, type Outcome, type RunReport, storableJson, utf8Length } from '#libs/contracts';
import { decide } from '../tracker/decide.js';
import { type JobState } from '../tracker/job-state.js';
import { type Database } from './database.js';
import { leaveAtOnce, writeDecisions } from './decision-writes.js';
import { type DecidedJob } from './decided-job.js';
import { type LockedJobs, readStates } from './job-states.js';
import { figuresOf, type ReportFigures } from './report-figures.js';
import { hearOfVoids, voidKey } from './voids.js';
import { keepAside } from './kept-aside.js';
import { expectSpawned, type SpawnCount } from './spawn-store.js';

/** What came of writing reports. */
export interface ReportsWritten {
  /** Rows were put into the outbox. */
  readonly toSend: boolean;
  /** Jobs have ended from whose ends something may follow. */
  readonly toFollow: boolean;
  /** Reports about jobs that the ledger does not have, or not in the reporting app's domain. */
  readonly strangers: readonly DomainReport[];
  readonly figures: readonly ReportFigures[];
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
    const ids = reports.map(({ report }) => report.job);
    return this.#database.transactionByKey(
      (transaction) => readStates(transaction, ids),
      async (transaction, locked) => {
        const { changed, decisions, strangers, outdated, spawned, figures } = decideAll(locked, reports);
        const maybeVoided = [...strangers, ...outdated];
        const writing = Promise.all([
          expectSpawned(transaction, spawned),
          writeDecisions(transaction, changed, decisions),
        ]);
        if (maybeVoided.length === 0 && leaveAtOnce(changed, decisions)) transaction.commit();
        const [, toSend] = await writing;
        const voids = await hearOfVoids(transaction, maybeVoided);
        const unknown = strangers.filter(({ report }) => !voids.known.has(voidKey(report)));
        await keepAside(
          transaction,
          unknown.map(({ report }) => report),
          'unknown_job',
        );
        const toFollow = changed.some(({ status, leadsOn }) => isFinal(status) && (leadsOn || spawned.length > 0));
        return { toSend: toSend || voids.toSend, toFollow, strangers: unknown, figures };
      },
    );
  }

  /** Keeps a report that cannot be used, with the reason. */
  async keepAside(report: unknown, reason: string): Promise<void> {
    await keepAside(this.#database, [report], reason);
  }
}

interface Decided {
  readonly changed: JobState[];
  readonly decisions: DecidedJob[];
  readonly strangers: DomainReport[];
  /** Reports on runs that may have been voided. */
  readonly outdated: DomainReport[];
  readonly spawned: SpawnCount[];
  readonly figures: ReportFigures[];
}

function decideAll({ now, states }: LockedJobs, reports: readonly DomainReport[]): Decided {
  const before = new Map(states);
  const decisions: Decided['decisions'] = [];
  const strangers: DomainReport[] = [];
  const outdated: DomainReport[] = [];
  const spawned: SpawnCount[] = [];
  const figures: ReportFigures[] = [];
  for (const { domain, report } of reports) {
    const state = states.get(report.job);
    if (state?.queue !== domain) {
      strangers.push({ domain, report });
      continue;
    }
    if (mayBeVoided(state, report)) outdated.push({ domain, report });
    const decision = decide(state, readable(report), { now, random: Math.random() });
    states.set(report.job, decision.state);
    const told = figuresOf(state, report, decision);
    decisions.push({ job: decision.state, decision, waitedMs: told.begun[0]?.waitedMs });
    figures.push(told);
    if (report.type === 'ended' && report.spawned !== undefined)
      spawned.push({ job: report.job, spawned: report.spawned });
  }
  const changed = [...states.values()].filter((state) => state !== before.get(state.id));
  return { changed, decisions, strangers, outdated, spawned, figures };
}

/** The newest run of a job that nobody wants to end is voided only while its batch is paused; then its worker says so. */
function mayBeVoided(state: JobState, report: RunReport): boolean {
  if (report.type === 'returned' && report.reason === 'voided') return true;
  return isFinal(state.status) || state.cancelRequestedAt !== null || report.run !== state.run;
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
