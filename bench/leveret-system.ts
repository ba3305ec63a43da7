import { brokerNames } from '#libs/broker';
import { type BenchSuite } from './bench-suite.js';
import { HttpEntry } from './entry.js';
import { inChunks, inLanes } from './lanes.js';
import { Ledger } from './ledger.js';
import { Publisher } from './publisher.js';
import { type BenchPayload, type Lateness, type QueueSystem } from './rivals/queue-system.js';

const QUEUE = 'lab';
const JOBS = brokerNames('leveret').jobs;
/** The job that costs nothing but its way. */
export const NOOP = `${QUEUE}.noop`;
const CALLS_AT_ONCE = 100;
const JOBS_PER_BATCH = 1_000;

/** The suite as one of the systems that are compared. */
export async function openLeveret(suite: BenchSuite): Promise<QueueSystem> {
  const ledger = new Ledger(suite.database.url, [QUEUE]);
  await ledger.open();
  const entry = new HttpEntry(suite);
  const publisher = await Publisher.open(suite.broker.url);
  const timed = new Map<string, number>();
  const post = async ({ ballast, due }: BenchPayload): Promise<void> => {
    const id = await entry.one(jobOf({ ballast }));
    if (due !== undefined) timed.set(id, due);
  };
  const { worker, queues } = suite.leveret;
  const enqueue = async (payload: BenchPayload): Promise<void> => {
    await worker.enqueue(jobOf(payload));
  };
  const publish = (payload: BenchPayload): Promise<void> => publisher.publish(JOBS, NOOP, payload);
  await queues.pause(QUEUE);
  return {
    name: 'Leveret',
    processes: { caller: [process.pid], ...suite.processesOf('gateway', QUEUE) },
    ways: {
      'POST /v1/jobs': (payloads) => inLanes(payloads, CALLS_AT_ONCE, post),
      'POST /v1/jobs/batch': (payloads) => inChunks(payloads, JOBS_PER_BATCH, (chunk) => entry.many(chunk.map(jobOf))),
      'AMQP, two messages a job': (payloads) => publisher.all(payloads, publish),
      'SDK, one call a job': (payloads) => inLanes(payloads, CALLS_AT_ONCE, enqueue),
    },
    add: post,
    allThere: (count) => ledger.untilWaiting(count),
    work: async (on) => {
      await (on ? queues.resume(QUEUE) : queues.pause(QUEUE));
    },
    expect: async (count) => {
      const before = await ledger.completed();
      timed.clear();
      return async () => {
        await ledger.until(before + count);
        return latenessOf(ledger, timed);
      };
    },
    stop: async () => {
      entry.close();
      await Promise.all([publisher.close(), ledger.close()]);
      // Other questions need it.
      await queues.resume(QUEUE);
    },
  };
}

function jobOf({ ballast }: BenchPayload): { task: string; payload: object } {
  return { task: NOOP, payload: { ballast } };
}

async function latenessOf(ledger: Ledger, dues: ReadonlyMap<string, number>): Promise<Lateness> {
  if (dues.size === 0) return { starts: [], ends: [] };
  const times = await ledger.times([...dues.keys()]);
  const late = (pick: (time: (typeof times)[number]) => number): number[] =>
    times.map((time) => pick(time) - (dues.get(time.id) ?? Number.NaN));
  return { starts: late(({ started }) => started), ends: late(({ ended }) => ended) };
}
