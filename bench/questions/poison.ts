import { type ConfirmChannel } from 'amqplib';
import { brokerNames, workQueueAddress } from '#libs/broker';
import { type BenchSuite } from '../bench-suite.js';
import { type Effort } from '../effort.js';
import { HttpEntry } from '../entry.js';
import { Ledger } from '../ledger.js';
import { openLeveret } from '../leveret-system.js';
import { atRate } from '../open-loop.js';
import { Publisher } from '../publisher.js';
import { type Question, roundRobin, rowsOf, type Sample } from '../question.js';
import { atWork, type QueueSystem } from '../rivals/queue-system.js';
import { percentile } from '../statistics.js';

const QUEUE = 'lab';
const NEIGHBOURS_PER_SECOND = 100;
/** Of each kind. */
const POISON_PER_SECOND = 10;
const BALLAST = 'x'.repeat(300);
const ALONE = 'alone';
const UNREADABLE = Buffer.from('{"this is": no JSON');
const NAMES = brokerNames('leveret');
/** Where messages come in that somebody has to read: services publish there, apps take their work, and report. */
const WAYS_IN = [
  { exchange: NAMES.jobs, key: `${QUEUE}.noop` },
  { exchange: NAMES.work, key: `${workQueueAddress(QUEUE, 'classic').key}.noop` },
  { exchange: NAMES.status, key: `${QUEUE}.report` },
] as const;
/** It fails, is tried again, and fails for good. */
const FAILING = {
  ...{ task: `${QUEUE}.script`, payload: { steps: ['fail'] } },
  ...{ maxAttempts: 2, backoff: { type: 'fixed', delay: 200 } },
};

/** What jobs notice of bad ones beside them in their queue, and of messages that nobody can read. */
export const poison: Question = {
  title: `Neighbours of poison: ${NEIGHBOURS_PER_SECOND} jobs/s to their final status, p99`,
  ...{ unit: 'ms', better: 'less' },
  ask: async (suite, effort) => {
    const system = await openLeveret(suite);
    const neighbours = (): Promise<Sample> => lateness(system, effort);
    const neighboursOfPoison = (): Promise<Sample> => besidePoison(suite, effort, neighbours);
    try {
      return await atWork(system, async () => {
        // Connections are open and code is compiled afterwards.
        await neighboursOfPoison();
        const contenders = { [ALONE]: neighbours, 'beside poison': neighboursOfPoison };
        return rowsOf(await roundRobin(contenders, effort.runs), [ALONE]);
      });
    } finally {
      await system.stop();
    }
  },
};

async function lateness(system: QueueSystem, { seconds }: Effort): Promise<Sample> {
  const load = { perSecond: NEIGHBOURS_PER_SECOND, count: Math.ceil(NEIGHBOURS_PER_SECOND * seconds) };
  const ended = await system.expect(load.count);
  await atRate(load, (due) => system.add({ ballast: BALLAST, due }));
  const { ends } = await ended();
  return { value: percentile(ends, 0.99), also: { 'p50 ms': percentile(ends, 0.5), 'max ms': percentile(ends, 1) } };
}

/** The jobs that fail have ended before anything else is measured. */
async function besidePoison<T>(suite: BenchSuite, { seconds }: Effort, measure: () => Promise<T>): Promise<T> {
  const publisher = await Publisher.open(suite.broker.url);
  const ledger = new Ledger(suite.database.url, [QUEUE]);
  await ledger.open();
  const entry = new HttpEntry(suite);
  try {
    const load = { perSecond: POISON_PER_SECOND, count: Math.ceil(POISON_PER_SECOND * seconds) };
    const failing: string[] = [];
    const [measured] = await Promise.all([
      measure(),
      atRate(load, async () => {
        poisonEach(publisher.channel);
        failing.push(await entry.one(FAILING));
      }),
    ]);
    await publisher.channel.waitForConfirms();
    await ledger.untilEnded(failing);
    return measured;
  } finally {
    entry.close();
    await Promise.all([publisher.close(), ledger.close()]);
  }
}

function poisonEach(channel: ConfirmChannel): void {
  for (const { exchange, key } of WAYS_IN) channel.publish(exchange, key, UNREADABLE, { persistent: true });
}
