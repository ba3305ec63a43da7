import { setTimeout as wait } from 'node:timers/promises';
import { type ConfirmChannel, type Message, type Options } from 'amqplib';
import { encodeWorkOrder } from '#libs/contracts';
import { CostMeter } from '../costs.js';
import { type Effort } from '../effort.js';
import { Publisher } from '../publisher.js';
import { type Question, roundRobin, rowsOf, type Sample } from '../question.js';
import { WORK_QUEUE } from '../rivals/bare-amqp/queue-options.js';

const [EXCHANGE, KEY, QUEUE] = ['bench.messages', 'lab.noop', 'bench.messages'];
/** Messages that come together, and how often: 2,000/s, at which a suite on two cores has little to spare. */
const BURST = 50;
const EVERY_MS = 25;
/** More than come together, so that none waits in the queue unless others do. */
const PREFETCH = 2 * BURST;
/** Of so many messages that are sent, one waits all the time. */
const SENT_PER_WAITING = 5;
const PAYLOAD = { ballast: 'x'.repeat(300) };
const QUORUM = { durable: true, arguments: { 'x-queue-type': 'quorum' } };
const BARE = 'bare, to a consumer that waits';
const COST = 'rabbitmq µs/message';

/** A way of a message through the broker. */
interface Way {
  readonly queue: Options.AssertQueue;
  /** By a topic exchange, with the properties of a work message. */
  readonly asWork: boolean;
  /** Other messages are before it. */
  readonly waits: boolean;
}

const WAYS: Readonly<Record<string, Way>> = {
  [BARE]: { queue: WORK_QUEUE, asWork: false, waits: false },
  'bare, behind others': { queue: WORK_QUEUE, asWork: false, waits: true },
  'a work message, to a consumer that waits': { queue: WORK_QUEUE, asWork: true, waits: false },
  'a work message, behind others': { queue: WORK_QUEUE, asWork: true, waits: true },
  'the same in a quorum queue, which has no priorities': { queue: QUORUM, asWork: true, waits: true },
};

/** What a message costs the broker alone, at a steady rate and as confirmed and persistent as ours: below that no job can come. */
export const brokerMessages: Question = {
  ...{ title: 'Broker: CPU of a message', unit: 'µs of RabbitMQ', better: 'less' },
  ask: async ({ broker }, effort) => {
    const trials = Object.entries(WAYS).map(([name, way]) => [name, () => trial(broker, way, effort)] as const);
    return rowsOf(await roundRobin(Object.fromEntries(trials), effort.runs), [BARE]);
  },
};

async function trial(
  broker: { readonly url: string; readonly pids: readonly number[] },
  { queue, asWork, waits }: Way,
  { jobs }: Effort,
): Promise<Sample> {
  const [publisher, consumer] = [await Publisher.open(broker.url), await Publisher.open(broker.url)];
  const { channel } = publisher;
  await channel.assertExchange(EXCHANGE, 'topic', { durable: true });
  await channel.assertQueue(QUEUE, queue);
  await channel.bindQueue(QUEUE, EXCHANGE, KEY);
  const publish = (): Promise<void> =>
    asWork
      ? publisher.publish(EXCHANGE, KEY, PAYLOAD, { ...workProperties(), mandatory: true })
      : publisher.publish('', QUEUE, PAYLOAD, { messageId: crypto.randomUUID() });
  try {
    await publisher.all(Array.from({ length: waits ? jobs / SENT_PER_WAITING : 0 }), publish);
    const acknowledge = await consuming(consumer.channel);
    const meter = new CostMeter({ rabbitmq: broker.pids });
    await paced(jobs / BURST, async () => {
      acknowledge(BURST);
      await Promise.all(Array.from({ length: BURST }, publish));
    });
    return { value: meter.per('message', jobs)[COST] ?? Number.NaN };
  } finally {
    await consumer.close();
    await channel.deleteQueue(QUEUE);
    await channel.deleteExchange(EXCHANGE);
    await publisher.close();
  }
}

/** Returns what acknowledges up to so many deliveries, the oldest, at once. */
async function consuming(channel: ConfirmChannel): Promise<(most: number) => void> {
  const inHand: Message[] = [];
  await channel.prefetch(PREFETCH);
  await channel.consume(QUEUE, (message) => {
    if (message !== null) inHand.push(message);
  });
  return (most) => {
    const last = inHand.splice(0, most).at(-1);
    if (last !== undefined) channel.ack(last, true);
  };
}

/** Does something so often, each time as long after the first as if all before had taken no time. */
async function paced(times: number, work: () => Promise<void>): Promise<void> {
  const began = performance.now();
  for (let time = 0; time < times; time += 1) {
    await wait(Math.max(0, began + time * EVERY_MS - performance.now()));
    await work();
  }
}

function workProperties(): Options.Publish {
  return encodeWorkOrder({
    ...{ jobId: crypto.randomUUID(), task: KEY, tenant: 'default', priority: 4 },
    ...{ run: 1, attempt: 1, maxAttempts: 3, timeoutMs: 300_000, schemaHash: 'f'.repeat(64) },
    ...{ createdAt: new Date().toISOString(), scheduledFor: null, metadata: '{}' },
    traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`,
  });
}
