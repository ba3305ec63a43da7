import { type JobFilter } from '#libs/sdk';
import { type BenchSuite } from '../bench-suite.js';
import { makeDatabase } from '../databases.js';
import { Ledger } from '../ledger.js';
import { type Question, roundRobin, type Row } from '../question.js';
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
    const times = new Map<string, number[]>([EMPTY, FULL].map((name) => [name, []]));
    const accepting = (name: string, url: string) => async (): Promise<number> => {
      await useDatabase(suite, { url, settleMs });
      const { seconds, each } = await accept(suite, url, jobs);
      times.get(name)?.push(...each);
      return jobs / seconds;
    };
    const figures = await roundRobin({ [EMPTY]: accepting(EMPTY, empty), [FULL]: accepting(FULL, full) }, runs);
    return [...figures].map(([name, all]): Row => ({
      ...{ name, figure: figureOf(all), notes: `p95 ${percentile(times.get(name) ?? [], P95).toFixed(1)} ms` },
      ...(name === FULL ? { against: [EMPTY] } : {}),
    }));
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
async function accept(suite: BenchSuite, url: string, jobs: number): Promise<{ seconds: number; each: number[] }> {
  const ledger = new Ledger(url, [QUEUE]);
  await ledger.open();
  try {
    const before = await ledger.completed();
    const each: number[] = [];
    const worker = suite.leveret.worker;
    let sent = 0;
    const caller = async (): Promise<void> => {
      while (sent < jobs) {
        sent += 1;
        each.push(await timed(() => worker.enqueue({ task: TASK, payload: {} })));
      }
    };
    const seconds = (await timed(() => Promise.all(Array.from({ length: CALLERS }, caller)))) / 1_000;
    await ledger.until(before + jobs);
    return { seconds, each };
  } finally {
    await ledger.close();
  }
}

async function timed(call: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await call();
  return performance.now() - began;
}
