import { type BenchSuite } from '../bench-suite.js';
import { HttpEntry } from '../entry.js';
import { Crowd } from '../listeners/crowd.js';
import { inLanes } from '../lanes.js';
import { Ledger } from '../ledger.js';
import { NOOP } from '../leveret-system.js';
import { atRate } from '../open-loop.js';
import { type Question, roundRobin, rowsOf, type Sample } from '../question.js';
import { percentile } from '../statistics.js';
import { sharedOutMib } from '../usage.js';

const QUEUE = 'lab';
const CALLS_AT_ONCE = 50;
const FEW = 10;
/** So many of the jobs end while all listen. */
const MOST_ENDS = 500;
const ENDS_PER_SECOND = 100;
/** The most that a key may have. */
const LISTENERS_PER_KEY = '10000';

/** From the commit of a job's end to the listener who waits for it, beside many who wait for others. */
export const listeners: Question = {
  ...{ title: 'Gateway: live listeners by server-sent events, delay of an end, p50', unit: 'ms', better: 'less' },
  ask: async (suite, effort) => {
    // Jobs of a paused queue wait until they are cancelled.
    await suite.leveret.queues.pause(QUEUE);
    try {
      const few = `${FEW} listeners`;
      const many = `${effort.listeners.toLocaleString('en')} listeners`;
      const samples = await roundRobin(
        { [few]: () => listening(suite, FEW), [many]: () => listening(suite, effort.listeners) },
        effort.runs,
      );
      return rowsOf(samples, [few]);
    } finally {
      await suite.leveret.queues.resume(QUEUE);
    }
  },
};

async function listening(suite: BenchSuite, count: number): Promise<Sample> {
  const jobs = await enter(suite, count);
  // Its memory is that of its listeners, not that of calls before them.
  await suite.restart('gateway', { LIVE_MAX_PER_KEY: LISTENERS_PER_KEY });
  const crowd = new Crowd();
  try {
    const [gateway = 0] = suite.processesOf('gateway')['gateway'] ?? [];
    const before = sharedOutMib(gateway);
    await crowd.listen(suite.url, suite.apiKey, jobs);
    const memory = sharedOutMib(gateway);
    const delays = await delaysOf(suite, crowd, jobs.slice(0, MOST_ENDS));
    return {
      value: percentile(delays, 0.5),
      also: {
        ...{ 'p99 ms': percentile(delays, 0.99), 'max ms': percentile(delays, 1) },
        ...{ 'gateway MiB': memory, 'KiB for a listener': ((memory - before) * 1_024) / count },
      },
    };
  } finally {
    await crowd.leave();
    await inLanes(jobs.slice(MOST_ENDS), CALLS_AT_ONCE, async (id) => {
      await suite.leveret.jobs.cancel(id);
    });
  }
}

async function enter(suite: BenchSuite, count: number): Promise<readonly string[]> {
  const entry = new HttpEntry(suite);
  const ids: string[] = [];
  const jobs = Array.from({ length: count }, () => ({ task: NOOP, payload: {} }));
  await inLanes(jobs, CALLS_AT_ONCE, async (job) => void ids.push(await entry.one(job)));
  entry.close();
  return ids;
}

async function delaysOf(suite: BenchSuite, crowd: Crowd, ending: readonly string[]): Promise<readonly number[]> {
  const ledger = new Ledger(suite.database.url, [QUEUE]);
  await ledger.open();
  try {
    const heard = crowd.ends(ending);
    await atRate({ perSecond: ENDS_PER_SECOND, count: ending.length }, async (_due, index) => {
      await suite.leveret.jobs.cancel(ending[index] ?? '');
    });
    const [at, times] = [await heard, await ledger.times(ending)];
    return times.map(({ id, ended }) => (at.get(id) ?? Number.NaN) - ended);
  } finally {
    await ledger.close();
  }
}
