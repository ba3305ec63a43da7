import { type Channel, type Message } from 'amqplib';
import { type Delivery, deliveryOf } from './delivery.js';
import { type BrokerLink } from './link.js';
import { isRefusal, onOwnChannel } from './own-channel.js';

const CHUNK = 500;
const NOT_FOUND = 404;
const IDLE_MS = 3_000;
/** A prefetch is a number of 16 bits; without one a quorum queue gives 2,000 messages at most. */
const HELD_PER_CONSUMER = 50_000;

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

/** What is kept of a message that is held: neither body nor headers, for there may be a hundred thousand. */
interface Held<T> {
  readonly item: T;
  readonly deliveryTag: number;
}

async function lookThrough<T>(
  channel: Channel,
  queue: string,
  { read, unwanted, signal }: Picking<T>,
): Promise<Picked> {
  const { messageCount: count } = await channel.checkQueue(queue);
  const held = count === 0 ? [] : await hold(channel, queue, { read, signal, count });
  let taken = 0;
  for (let start = 0; start < held.length; start += CHUNK) {
    signal.throwIfAborted();
    const chunk = held.slice(start, start + CHUNK);
    const found = await unwanted(chunk.map(({ item }) => item));
    for (const { item, deliveryTag } of chunk) {
      if (!found.has(item)) continue;
      channel.ack({ fields: { deliveryTag } } as Message);
      taken += 1;
    }
  }
  return { looked: held.length, taken };
}

/** Holds as many messages, or what comes until none has come for a while: others may hold some, too. */
async function hold<T>(
  channel: Channel,
  queue: string,
  { read, signal, count }: Pick<Picking<T>, 'read' | 'signal'> & { count: number },
): Promise<Held<T>[]> {
  const held: Held<T>[] = [];
  const waiting = new Waiting(signal);
  channel.once('close', waiting.end);
  const take = (message: Message | null): void => {
    if (message === null || held.length === count) return;
    held.push({ item: read(deliveryOf(message, NOTHING, NEVER)), deliveryTag: message.fields.deliveryTag });
    if (held.length === count) waiting.end();
    else waiting.goOn();
  };
  await channel.prefetch(HELD_PER_CONSUMER);
  for (let hands = 0; hands < count; hands += HELD_PER_CONSUMER) await channel.consume(queue, take);
  await waiting.ended;
  return held;
}

/** Ends when it is told to, when nothing has gone on for a while, or by a signal. */
class Waiting {
  readonly ended: Promise<void>;
  readonly #signal: AbortSignal;
  readonly #idle: NodeJS.Timeout;
  #settle!: () => void;

  constructor(signal: AbortSignal) {
    this.#signal = signal;
    this.ended = new Promise((resolve) => (this.#settle = resolve));
    this.#idle = setTimeout(this.end, IDLE_MS);
    signal.addEventListener('abort', this.end);
  }

  readonly end = (): void => {
    clearTimeout(this.#idle);
    this.#signal.removeEventListener('abort', this.end);
    this.#settle();
  };

  goOn(): void {
    this.#idle.refresh();
  }
}

const NOTHING = (): void => undefined;
const NEVER = (): boolean => false;
