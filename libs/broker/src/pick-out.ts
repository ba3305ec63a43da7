import { type Channel } from 'amqplib';
import { type Delivery, deliveryOf } from './delivery.js';
import { type BrokerLink } from './link.js';
import { isRefusal, onOwnChannel } from './own-channel.js';

const CHUNK = 500;
const NOT_FOUND = 404;
const NOTHING = Buffer.alloc(0);

/** How a queue is looked through. */
export interface Picking<T> {
  /** What is to be known of a message; the message itself, which may be large, is not kept. */
  readonly read: (message: Delivery) => T;
  /** Which of these are to be taken out. */
  readonly unwanted: (items: readonly T[]) => Promise<ReadonlySet<T>>;
  /** Ends the looking; what was held lies in the queue again. */
  readonly signal: AbortSignal;
}

/** How many messages were looked at, and how many of them were taken out. */
export interface Picked {
  readonly looked: number;
  readonly taken: number;
}

/**
 * Goes once through what lies in a queue now and takes out what is unwanted. Every message is held until the end, so that
 * each is met once; then the others lie in the queue again. A queue that does not exist has nothing to be taken out.
 * @throws NotConnectedError, and what `unwanted` throws; what was taken out by then stays out
 */
export async function pickOut<T>(link: BrokerLink, queue: string, picking: Picking<T>): Promise<Picked> {
  try {
    return await onOwnChannel(link, (channel) => lookThrough(channel, queue, picking));
  } catch (error) {
    if (isRefusal(error, NOT_FOUND)) return { looked: 0, taken: 0 };
    throw error;
  }
}

interface Held<T> {
  readonly item: T;
  readonly takeOut: () => void;
}

async function lookThrough<T>(
  channel: Channel,
  queue: string,
  { read, unwanted, signal }: Picking<T>,
): Promise<Picked> {
  const { messageCount } = await channel.checkQueue(queue);
  let [looked, taken] = [0, 0];
  while (looked < messageCount) {
    signal.throwIfAborted();
    const chunk = await hold(channel, queue, { read, limit: Math.min(messageCount - looked, CHUNK) });
    if (chunk.length === 0) break;
    const found = await unwanted(chunk.map(({ item }) => item));
    const out = chunk.filter(({ item }) => found.has(item));
    for (const { takeOut } of out) takeOut();
    looked += chunk.length;
    taken += out.length;
  }
  return { looked, taken };
}

async function hold<T>(
  channel: Channel,
  queue: string,
  { read, limit }: { read: (message: Delivery) => T; limit: number },
): Promise<Held<T>[]> {
  const held: Held<T>[] = [];
  while (held.length < limit) {
    const message = await channel.get(queue);
    if (message === false) break;
    const { fields, properties } = message;
    const takeOut = (): void => channel.ack({ fields, properties, content: NOTHING });
    held.push({ item: read(deliveryOf(message, takeOut, () => false)), takeOut });
  }
  return held;
}
