import { setTimeout as wait } from 'node:timers/promises';
import { connect, type Message } from 'amqplib';
import { encodeWorkOrder } from '#libs/contracts';
import { CostMeter } from '../costs.js';
import { type Effort } from '../effort.js';
import { Publisher } from '../publisher.js';
import { type Question, roundRobin, rowsOf, type Sample } from '../question.js';
import { workQueueOptions } from '../work-queue.js';

const [EXCHANGE, KEY, QUEUE] = ['bench.messages', 'lab.noop', 'bench.messages'];
/** Messages that come together, and how often: 2,000/s, about what a whole suite does on two cores. */
const BURST = 50;
const EVERY_MS = 25;
/** What is acknowledged is a burst behind at most, so none waits in the queue that has no others before it. */
const PREFETCH = 4 * BURST;
/** One message waits in the queue for each five that are sent. */
const SENT_PER_WAITING = 5;
const PAYLOAD = { ballast: 'x'.repeat(300) };
const BARE = 'bare, to a consumer that waits';

type Named = Readonly<Record<string, number>>;

/** A way of a message through the broker. */
interface Way {
  readonly queueType: 'classic' | 'quorum';
  /** By a topic exchange, with the properties of a work message. */
  readonly asWork: boolean;
  /** Other messages are before it. */
  readonly waits: boolean;
}

const WAYS: Readonly<Record<string, Way>> = {
  [BARE]: { queueType: 'classic', asWork: false, waits: false },
  'bare, behind others': { queueType: 'classic', asWork: false, waits: true },
  'a work message, to a consumer that waits': { queueType: 'classic', asWork: true, waits: false },
  'a work message, behind others': { queueType: 'classic', asWork: true, waits: true },
  'the same in a quorum queue': { queueType: 'quorum', asWork: true, waits: true },
};

/**
 * What a message costs the broker alone at a steady rate, as persistent and confirmed as ours. What the broker has to do for
 * the suite at rest is in it; with more messages at once it is less.
 */
export const brokerMessages: Question = {
  ...{ title: 'Broker: CPU of a message', unit: 'µs of RabbitMQ', better: 'less' },
  ask: async ({ broker }, effort) => {
    const trials = Object.entries(WAYS).map(([name, way]) => [name, () => trial(broker, way, effort)] as const);
    return rowsOf(await roundRobin(Object.fromEntries(trials), effort.runs), [BARE]);
  },
};

async function trial(
  broker: { readonly url: string; readonly pids: readonly number[] },
  { queueType, asWork, waits }: Way,
  { jobs }: Effort,
): Promise<Sample> {
  const bursts = Math.ceil(jobs / BURST);
  const waiting = waits ? PREFETCH + Math.ceil(jobs / SENT_PER_WAITING) : 0;
  const publisher = await Publisher.open(broker.url);
  const { channel } = publisher;
  const publish = (): Promise<void> => (asWork ? publishWork(publisher) : publisher.publish('', QUEUE, PAYLOAD));
  try {
    await channel.assertExchange(EXCHANGE, 'topic', { durable: true });
    await channel.assertQueue(QUEUE, workQueueOptions(queueType));
    await channel.bindQueue(QUEUE, EXCHANGE, KEY);
    await publisher.all(Array.from({ length: waiting }), publish);
    return await consuming(broker.url, async (acknowledge) => {
      const meter = new CostMeter({ rabbitmq: broker.pids });
      const seconds = await paced(bursts, async () => {
        acknowledge(BURST);
        await Promise.all(Array.from({ length: BURST }, publish));
      });
      const cost = meter.per('message', bursts * BURST);
      const { messageCount } = await channel.deleteQueue(QUEUE);
      await channel.deleteExchange(EXCHANGE);
      return sampleOf(cost, { 'messages/s': (bursts * BURST) / seconds, 'in the queue': messageCount });
    });
  } finally {
    await publisher.close();
  }
}

function publishWork(publisher: Publisher): Promise<void> {
  const jobId = crypto.randomUUID();
  const properties = encodeWorkOrder({
    ...{ jobId, task: KEY, tenant: 'default', priority: 4 },
    ...{ run: 1, attempt: 1, maxAttempts: 3, timeoutMs: 300_000, schemaHash: 'f'.repeat(64) },
    ...{ createdAt: new Date().toISOString(), scheduledFor: null, alone: false, metadata: '{}' },
    traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`,
  });
  return publisher.publish(EXCHANGE, KEY, PAYLOAD, { ...properties, correlationId: jobId, mandatory: true });
}

/** Works while a consumer of the queue has deliveries in hand, and is handed what acknowledges up to so many, the oldest, at once. */
async function consuming<R>(url: string, work: (acknowledge: (most: number) => void) => Promise<R>): Promise<R> {
  const connection = await connect(url, { noDelay: true });
  try {
    const channel = await connection.createChannel();
    const inHand: Message[] = [];
    await channel.prefetch(PREFETCH);
    await channel.consume(QUEUE, (message) => {
      if (message !== null) inHand.push(message);
    });
    return await work((most) => {
      const last = inHand.splice(0, most).at(-1);
      if (last !== undefined) channel.ack(last, true);
    });
  } finally {
    await connection.close();
  }
}

/**
 * Does something so often, each time as long after the first as if all before had taken no time.
 * @returns how long that has taken, in seconds
 */
async function paced(times: number, work: () => Promise<void>): Promise<number> {
  const began = performance.now();
  for (let time = 0; time < times; time += 1) {
    await wait(Math.max(0, began + time * EVERY_MS - performance.now()));
    await work();
  }
  await wait(Math.max(0, began + times * EVERY_MS - performance.now()));
  return (performance.now() - began) / 1_000;
}

function sampleOf({ 'rabbitmq µs/message': value, ...cost }: Named, also: Named): Sample {
  if (value === undefined) throw new Error('The CPU of RabbitMQ was not measured.');
  return { value, also: { ...cost, ...also } };
}
