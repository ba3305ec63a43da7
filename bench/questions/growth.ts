import { setTimeout as wait } from 'node:timers/promises';
import { join } from 'node:path';
import { PROJECT } from '../../tools/project/app-list.js';
import { awaitTasks } from '../../tools/start/await-tasks.js';
import { type Effort } from '../effort.js';
import { flow, PLAIN } from '../flow.js';
import { type Question, roundRobin, type Row, rowsOf, type Sample } from '../question.js';

const QUEUE_APP = join(PROJECT, 'dist', 'bench', 'queue-app', 'main.js');
const ANNOUNCE_PATIENCE_MS = 30_000;
const PAYLOAD_KB = [0.3, 4, 64];
/** Of fewer jobs so large that a round takes about as long. */
const LARGE_KB = 4;
/** Of one process of an app that is one of many. */
const CONCURRENCY = '50';
const PRIORITIES = 10;
const JOBS_PER_S = { unit: 'jobs/s', better: 'more' } as const;

/** Jobs spread over queues, each with an app of its own. */
export const queues: Question = {
  ...{ title: 'Growth: queues, jobs by batches', ...JOBS_PER_S },
  ask: async (suite, effort) => {
    const names = Array.from({ length: Math.max(...effort.queues) }, (_, index) => `queue-${index + 1}`);
    for (const name of names) await suite.startFurther(name, { BENCH_QUEUE: name, CONCURRENCY }, QUEUE_APP);
    const missing = await awaitTasks(suite.leveret, names, ANNOUNCE_PATIENCE_MS);
    if (missing.length > 0) throw new Error(`No task of ${missing.join(', ')} was announced.`);
    await wait(effort.settleMs);
    const rows = await compared(effort, 'queues', effort.queues, (count) => {
      const some = names.slice(0, count);
      return flow(suite, { ...PLAIN, jobs: effort.jobs, queues: some, apps: some });
    });
    for (const name of names) await suite.endFurther(name);
    return rows;
  },
};

/** One queue, and more processes that work on it. */
export const processes: Question = {
  ...{ title: 'Growth: processes of the app, jobs by batches', ...JOBS_PER_S },
  ask: (suite, effort) =>
    compared(effort, 'processes', effort.processes, async (count) => {
      const further = Array.from({ length: count - 1 }, (_, index) => `lab-${index + 2}`);
      for (const name of further) await suite.startFurther(name);
      await wait(effort.settleMs);
      const sample = await flow(suite, { ...PLAIN, jobs: effort.jobs, apps: ['lab', ...further] });
      for (const name of further) await suite.endFurther(name);
      return sample;
    }),
};

/** Payloads of different sizes. */
export const payloads: Question = {
  ...{ title: 'Growth: payloads, jobs by batches', ...JOBS_PER_S },
  ask: (suite, effort) =>
    compared(effort, 'kB', PAYLOAD_KB, (kilobytes) => {
      const jobs = Math.ceil(effort.jobs / Math.max(1, kilobytes / LARGE_KB));
      return flow(suite, { ...PLAIN, jobs, ballastBytes: kilobytes * 1_000 });
    }),
};

/** Jobs of one priority or of all on a classic queue, and on a quorum queue, which has none in RabbitMQ 3. */
export const queueTypes: Question = {
  ...{ title: 'Growth: priorities and types of queue, jobs by batches', ...JOBS_PER_S },
  ask: async (suite, effort) => {
    const one = { ...PLAIN, jobs: effort.jobs };
    const all = { ...one, priority: (index: number) => index % PRIORITIES };
    const on = (type: 'classic' | 'quorum', wanted: typeof one) => async (): Promise<Sample> => {
      await suite.restart('lab', { QUEUE_TYPE: type });
      await wait(effort.settleMs);
      return flow(suite, wanted);
    };
    const baseline = 'classic, one priority';
    const contenders = {
      [baseline]: on('classic', one),
      'classic, all priorities': on('classic', all),
      quorum: on('quorum', one),
    };
    const samples = await roundRobin(contenders, effort.runs);
    await suite.restart('lab');
    return rowsOf(samples, [baseline]);
  },
};

/** Takes each size in turns; the first is what the others are compared with. */
async function compared(
  { runs }: Effort,
  unit: string,
  sizes: readonly number[],
  run: (size: number) => Promise<Sample>,
): Promise<readonly Row[]> {
  const contenders = sizes.map((size) => [`${size} ${unit}`, () => run(size)] as const);
  return rowsOf(
    await roundRobin(Object.fromEntries(contenders), runs),
    contenders.slice(0, 1).map(([name]) => name),
  );
}
