import { CostMeter } from '../costs.js';
import { type Effort } from '../effort.js';
import { type Question, roundRobin, rowsOf, type Sample } from '../question.js';
import { atWork, type BenchPayload, type QueueSystem, type Way } from '../rivals/queue-system.js';
import { withSystems } from '../rivals/systems.js';

const BALLAST = 'x'.repeat(300);
const BASELINES = ['BullMQ, addBulk, everysec', 'BullMQ, add, everysec', 'bare amqplib, publish with confirms'];

type Trial = (system: QueueSystem, way: Way, effort: Effort) => Promise<Sample>;

/** Jobs are entered while others run: from the first call to the last final status. */
export function pipeline(concurrency: number): Question {
  return asked(`No-op jobs end to end as a pipeline, concurrency ${concurrency}`, concurrency, flow);
}

/** All jobs are there before the first one runs: from the word to go on to the last final status. */
export function prefilled(concurrency: number): Question {
  return asked(`No-op jobs that are all there, concurrency ${concurrency}`, concurrency, drain);
}

function asked(title: string, concurrency: number, trial: Trial): Question {
  return {
    ...{ title, unit: 'jobs/s', better: 'more' },
    ask: (suite, effort) =>
      withSystems(suite, { concurrency, settleMs: effort.settleMs }, async (systems) => {
        const contenders = systems.flatMap((system) =>
          Object.entries(system.ways).map(
            ([name, way]) => [`${system.name}, ${name}`, () => trial(system, way, effort)] as const,
          ),
        );
        return rowsOf(await roundRobin(Object.fromEntries(contenders), effort.runs), BASELINES);
      }),
  };
}

function flow(system: QueueSystem, way: Way, { jobs }: Effort): Promise<Sample> {
  const payloads = noops(jobs);
  return atWork(system, async () => {
    const ended = await system.expect(jobs);
    return measured(system, jobs, async () => {
      await way(payloads);
      await ended();
    });
  });
}

async function drain(system: QueueSystem, way: Way, { jobs }: Effort): Promise<Sample> {
  const ended = await system.expect(jobs);
  await way(noops(jobs));
  await system.allThere(jobs);
  try {
    return await measured(system, jobs, async () => {
      await system.work(true);
      await ended();
    });
  } finally {
    await system.work(false);
  }
}

async function measured(system: QueueSystem, jobs: number, work: () => Promise<void>): Promise<Sample> {
  const meter = new CostMeter(system.processes);
  const began = performance.now();
  await work();
  const seconds = (performance.now() - began) / 1_000;
  return { value: jobs / seconds, also: meter.per('job', jobs) };
}

function noops(count: number): readonly BenchPayload[] {
  return Array.from({ length: count }, () => ({ ballast: BALLAST }));
}
