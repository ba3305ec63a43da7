import { type JobFilter } from '#libs/sdk';
import { type BenchSuite } from '../bench-suite.js';
import { makeDatabase } from '../databases.js';
import { inLanes, numbersTo } from '../lanes.js';
import { Ledger } from '../ledger.js';
import { type Question, roundRobin, type Row, rowsOf, type Sample } from '../question.js';
import { figureOf, percentile } from '../statistics.js';
import { fullDatabase, useDatabase } from './full-database.js';
import { LISTS } from './lists.js';

const QUEUE = 'lab';
const TASK = `${QUEUE}.noop`;
const CALLS_PER_RUN = 20;
const CALLERS = 20;
const P95 = 0.95;
const EMPTY = 'beside an empty ledger';
const FULL = 'beside a full one';

/** What it costs jobs on their way in that many have ended before them. */
export const fullLedgerIntake: Question = {
  title: `A full ledger: jobs accepted, one POST a job, ${CALLERS} callers`,
  unit: 'jobs/s',
  better: 'more',
  ask: async (suite, effort) => {
    const { jobs, runs, settleMs } = effort;
    const { url: empty } = await makeDatabase(suite, 'empty_ledger');
    const full = await fullDatabase(suite, effort);
    const accepting = (url: string) => async (): Promise<Sample> => {
      await useDatabase(suite, { url, settleMs });
      return accept(suite, url, jobs);
    };
    const samples = await roundRobin({ [EMPTY]: accepting(empty), [FULL]: accepting(full) }, runs);
    return rowsOf(samples, [EMPTY]);
  },
};

/** How long lists and searches take among many jobs that have ended. */
export const fullLedgerLists: Question = {
  title: 'A full ledger: lists of jobs, p95',
  unit: 'ms',
  better: 'less',
  ask: async (suite, effort) => {
    const { runs, settleMs } = effort;
    await useDatabase(suite, { url: await fullDatabase(suite, effort), settleMs });
    const answers: Row[] = [];
    for (const filter of LISTS) answers.push(await askForList(suite, filter, runs * CALLS_PER_RUN));
    return answers;
  },
};

async function askForList(suite: BenchSuite, filter: JobFilter, calls: number): Promise<Row> {
  const list = suite.leveret.jobs.list(filter);
  const all: number[] = [];
  for (let call = 0; call < calls; call += 1) all.push(await timed(() => list.page()));
  return {
    name: nameOf(filter),
    figure: figureOf([percentile(all, P95)]),
    notes: `median ${figureOf(all).median.toFixed(1)}`,
  };
}

function nameOf({ metadata = {}, ...filter }: JobFilter): string {
  const inMetadata = Object.entries(metadata).map(([key, value]) => [`metadata.${key}`, value] as const);
  const shown = (value: unknown): string => (value instanceof Date ? value.toISOString() : String(value));
  return [...Object.entries(filter), ...inMetadata].map(([key, value]) => `${key}=${shown(value)}`).join('&') || 'all';
}

/** Enters jobs by many callers at once, and waits until all have run; the time is that of entering them. */
async function accept(suite: BenchSuite, url: string, jobs: number): Promise<Sample> {
  const ledger = new Ledger(url, [QUEUE]);
  await ledger.open();
  try {
    const before = await ledger.completed();
    const each: number[] = [];
    const worker = suite.leveret.worker;
    const enter = async (): Promise<void> => {
      each.push(await timed(() => worker.enqueue({ task: TASK, payload: {} })));
    };
    const seconds = (await timed(() => inLanes(numbersTo(jobs), CALLERS, enter))) / 1_000;
    await ledger.until(before + jobs);
    return { value: jobs / seconds, also: { 'p95 ms': percentile(each, P95) } };
  } finally {
    await ledger.close();
  }
}

async function timed(call: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await call();
  return performance.now() - began;
}
