import { LAB_CONCURRENCY } from '../bench-suite.js';
import { type Effort } from '../effort.js';
import { inLanes, numbersTo } from '../lanes.js';
import { atRate } from '../open-loop.js';
import { type Question, roundRobin, type Row, rowsOf, type Sample } from '../question.js';
import { atWork, type Lateness, preciseNow, type QueueSystem } from '../rivals/queue-system.js';
import { withSystems } from '../rivals/systems.js';
import { percentile } from '../statistics.js';

const BALLAST = 'x'.repeat(300);
const BASELINE = 'BullMQ';
const WARM_UP_AT_ONCE = 20;
/** Connections are open by then. */
const FIRST_JOBS = 50;

interface Round {
  readonly accepted: readonly number[];
  readonly lateness: Lateness;
}

/** Where jobs are looked at on their way. */
const MOMENTS: Readonly<Record<string, (round: Round) => readonly number[]>> = {
  accepted: ({ accepted }) => accepted,
  start: ({ lateness }) => lateness.starts,
  'final status': ({ lateness }) => lateness.ends,
};

/** Jobs that come one by one at a steady rate: from when the call is due. */
export function latency(perSecond: number): Question {
  return {
    ...{ title: `Latency at ${perSecond} jobs/s, p50`, unit: 'ms', better: 'less' },
    ask: (suite, effort) =>
      withSystems(suite, { concurrency: LAB_CONCURRENCY, settleMs: effort.settleMs }, async (systems) => {
        for (const system of systems) await atWork(system, () => warmUp(system, effort.warmUpJobs));
        const contenders = systems.map((system) => [system.name, () => steady(system, perSecond, effort)] as const);
        const rounds = await roundRobin(Object.fromEntries(contenders), effort.runs);
        return rowsFor(rounds);
      }),
  };
}

/** As many at once as are quick: what a program does often is compiled after some thousands, at whatever rate they come. */
async function warmUp(system: QueueSystem, count: number): Promise<void> {
  const ended = await system.expect(count);
  await inLanes(numbersTo(count), WARM_UP_AT_ONCE, () => system.add({ ballast: BALLAST }));
  await ended();
}

function steady(system: QueueSystem, perSecond: number, { seconds }: Effort): Promise<Round> {
  return atWork(system, async () => {
    await run(system, perSecond, FIRST_JOBS);
    return run(system, perSecond, Math.ceil(perSecond * seconds));
  });
}

async function run(system: QueueSystem, perSecond: number, count: number): Promise<Round> {
  const ended = await system.expect(count);
  const accepted: number[] = [];
  await atRate({ perSecond, count }, async (due) => {
    await system.add({ ballast: BALLAST, due });
    accepted.push(preciseNow() - due);
  });
  return { accepted, lateness: await ended() };
}

/** Each moment of a job is compared with the same of the baseline. */
function rowsFor(rounds: ReadonlyMap<string, readonly Round[]>): readonly Row[] {
  return Object.entries(MOMENTS).flatMap(([moment, timesOf]) => {
    const samples = [...rounds].map(([name, runs]) => {
      return [`${name}: ${moment}`, runs.map((run) => sampleOf(timesOf(run)))] as const;
    });
    return rowsOf(new Map(samples), [`${BASELINE}: ${moment}`]);
  });
}

/** The median, and how late the last ones are. */
function sampleOf(times: readonly number[]): Sample {
  const [p99, max] = [percentile(times, 0.99), percentile(times, 1)];
  return { value: percentile(times, 0.5), also: { 'p99 ms': p99, 'max ms': max } };
}
