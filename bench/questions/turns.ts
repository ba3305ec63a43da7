import { setTimeout as wait } from 'node:timers/promises';
import { Leveret } from '#libs/sdk';
import { type BenchSuite } from '../bench-suite.js';
import { type Effort } from '../effort.js';
import { enterBatches } from '../flow.js';
import { Ledger } from '../ledger.js';
import { NOOP } from '../leveret-system.js';
import { type Question, roundRobin, type Row, rowsOf, type Sample } from '../question.js';

const QUEUE = 'lab';
const PLAIN = { queues: [QUEUE], ballastBytes: 0 };
const LATER = 10;
const WITHOUT = 'every job goes to the broker at once';
const WITH = 'a tenant has a window, and turns';

/** What it costs that most of a tenant's jobs wait in the ledger. */
export const turns: Question = {
  title: 'No-op jobs of one tenant, entered as batches, with turns and without',
  unit: 'jobs/s',
  better: 'more',
  ask: (suite, effort) =>
    compared(suite, effort, async (ledger) => {
      const before = await ledger.completed();
      const began = performance.now();
      await enterBatches(suite, { ...PLAIN, jobs: effort.jobs });
      await ledger.until(before + effort.jobs);
      return (effort.jobs * 1_000) / (performance.now() - began);
    }),
};

/** How long a tenant's ten jobs wait behind the whole backlog of another, from when the queue goes on. */
export const overtaking: Question = {
  title: 'Ten jobs of a tenant behind the backlog of another, with turns and without',
  unit: 's to the last start',
  better: 'less',
  ask: async (suite, effort) => {
    const { secret } = await suite.leveret.apiKeys.create({ name: 'second', tenant: 'second', scopes: ['jobs:write'] });
    const second = new Leveret({ url: suite.url, apiKey: secret });
    return compared(suite, effort, async (ledger) => {
      const before = await ledger.completed();
      await suite.leveret.queues.pause(QUEUE);
      await enterBatches(suite, { ...PLAIN, jobs: effort.jobs });
      const ids: string[] = [];
      for (let job = 0; job < LATER; job += 1) {
        ids.push((await second.worker.enqueue({ task: NOOP, payload: {} })).id);
      }
      const since = await ledger.now();
      await suite.leveret.queues.resume(QUEUE);
      await ledger.until(before + effort.jobs + LATER);
      return ledger.secondsToStart(since, ids);
    });
  },
};

async function compared(
  suite: BenchSuite,
  effort: Effort,
  measure: (ledger: Ledger) => Promise<number>,
): Promise<readonly Row[]> {
  const ledger = new Ledger(suite.database.url, [QUEUE]);
  await ledger.open();
  const under = (window: string) => async (): Promise<Sample> => {
    await suite.restart('gateway', { TENANT_WINDOW: window });
    await wait(effort.settleMs);
    return { value: await measure(ledger) };
  };
  try {
    const samples = await roundRobin({ [WITHOUT]: under('none'), [WITH]: under('auto') }, effort.runs);
    await suite.restart('gateway');
    return rowsOf(samples, [WITHOUT]);
  } finally {
    await ledger.close();
  }
}
