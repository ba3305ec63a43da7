import { isFinal, type Job } from '#libs/contracts';
import { type Campaign } from './campaign.js';
import { type Strike } from './strike.js';
import { type Evidence } from './invariants.js';
import { type Violation } from './violation.js';

/** What a long run has come to. */
export interface FaultReport {
  readonly seed: number;
  readonly minutes: number;
  readonly submitted: number;
  readonly accepted: number;
  readonly refused: number;
  /** Submits that nobody can answer for, and how many jobs came of them. */
  readonly unknown: number;
  readonly unknownTaken: number;
  /** Acknowledged jobs that are not there or have not ended. */
  readonly lost: number;
  readonly executions: number;
  /** Executions more than the scripts have, and how many of them the faults explain at most. */
  readonly duplicates: number;
  readonly duplicatesExplained: number;
  /** Jobs of which the ledger has sent out more messages than their scripts need. */
  readonly recovered: number;
  readonly strikes: readonly Strike[];
  readonly violations: readonly Violation[];
}

interface Verdict {
  readonly evidence: Evidence;
  readonly violations: readonly Violation[];
}

/** Adds up a run. `runs` is how many messages the ledger has sent out for each submit. */
export function reportOf(
  { strikes }: Campaign,
  { evidence, violations }: Verdict,
  run: { readonly seed: number; readonly minutes: number; readonly runs: ReadonlyMap<number, number> },
): FaultReport {
  const { submits, jobs, executions, toll } = evidence;
  const bySubmit = new Map([...jobs.values()].map((job) => [Number(job.metadata['submit']), job]));
  const of = (certainty: string): typeof submits => submits.filter((submit) => submit.certainty === certainty);
  const seen = (job: Job | undefined): number => executions.get(job?.id ?? '')?.length ?? 0;
  const more = submits.map(({ number, plan }) =>
    plan.executions === undefined ? 0 : Math.max(0, seen(bySubmit.get(number)) - plan.executions),
  );
  return {
    seed: run.seed,
    minutes: run.minutes,
    submitted: submits.length,
    accepted: of('ok').length,
    refused: of('fail').length,
    unknown: of('unknown').length,
    unknownTaken: of('unknown').filter(({ number }) => bySubmit.has(number)).length,
    lost: of('ok').filter(({ id }) => !isFinal(jobs.get(id ?? '')?.status ?? 'queued')).length,
    executions: [...executions.values()].reduce((sum, { length }) => sum + length, 0),
    duplicates: more.reduce((sum, count) => sum + count, 0),
    duplicatesExplained: toll.charged + toll.uncharged,
    recovered: submits.filter(({ number, plan }) => (run.runs.get(number) ?? 0) > (plan.executions ?? 1)).length,
    strikes,
    violations,
  };
}

/** The report as Markdown. */
export function renderReport(report: FaultReport): string {
  const { strikes, violations } = report;
  const totals: readonly (readonly [string, string | number])[] = [
    ['Jobs submitted', report.submitted],
    ['accepted', report.accepted],
    ['refused', report.refused],
    ['without an answer (of these taken)', `${counted(report.unknown)} (${counted(report.unknownTaken)})`],
    ['**accepted and lost**', report.lost],
    ['executions seen from outside', report.executions],
    ['duplicated (the most that killed runs explain)', `${counted(report.duplicates)} (${report.duplicatesExplained})`],
    ['jobs recovered: sent again and ended as they should', report.recovered],
    ['faults made', strikes.length],
    ['violations of an invariant', violations.length],
  ];
  const kinds = [...new Set(strikes.map(({ kind }) => kind))].sort();
  return [
    `Seed ${report.seed}, ${report.minutes.toFixed(0)} minutes.`,
    '',
    ...table(
      ['', 'Count'],
      totals.map(([name, value]) => [name, typeof value === 'number' ? counted(value) : value]),
    ),
    '',
    ...table(
      ['Fault', 'Times', 'Lasted at most', 'Slowest recovery'],
      kinds.map((kind) =>
        kindRow(
          kind,
          strikes.filter((strike) => strike.kind === kind),
        ),
      ),
    ),
    ...violations.flatMap(({ invariant, what, jobs }) => ['', `${invariant}: ${what}: ${jobs.join(', ')}`]),
    '',
  ].join('\n');
}

function kindRow(kind: string, strikes: readonly Strike[]): readonly string[] {
  const recoveries = strikes.map(({ recoveredMs }) => recoveredMs ?? Number.POSITIVE_INFINITY);
  return [
    kind,
    String(strikes.length),
    seconds(Math.max(...strikes.map(({ lastedMs }) => lastedMs))),
    seconds(Math.max(...recoveries)),
  ];
}

function seconds(ms: number): string {
  return Number.isFinite(ms) ? `${(ms / 1_000).toFixed(1)} s` : 'not in time';
}

function counted(value: number): string {
  return value.toLocaleString('en');
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, column) => (column === 0 ? '---' : '---:'))), ...rows.map(line)];
}
