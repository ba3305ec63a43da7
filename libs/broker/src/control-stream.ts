import { randomUUID } from 'node:crypto';
import { type ControlEntry, decodeJson, isControlEntry } from '#libs/contracts';
import { type ConfirmChannel } from 'amqplib';
import { type BrokerLink } from './link.js';
import { type BrokerNames } from './names.js';
import { type Publisher } from './publisher.js';
import { Backoff } from './backoff.js';
import { type Delivery } from './delivery.js';
import { Subscriber } from './subscriber.js';

const PREFETCH = 200;

/** Puts an entry on the control stream; resolves when the broker has it. */
export async function publishControl(publisher: Publisher, names: BrokerNames, entry: ControlEntry): Promise<void> {
  await publisher.publish({
    exchange: names.control,
    routingKey: entry.type,
    body: Buffer.from(JSON.stringify(entry)),
    properties: { contentType: 'application/json', type: entry.type, headers: {} },
  });
}

/** The same, again and again until the broker has it; rejects when the signal aborts first. */
export async function publishControlSurely(
  publisher: Publisher,
  names: BrokerNames,
  entry: ControlEntry,
  signal: AbortSignal,
): Promise<void> {
  const backoff = new Backoff();
  for (;;) {
    await publisher.whenReady(signal);
    try {
      await publishControl(publisher, names, entry);
      return;
    } catch {
      await backoff.wait(signal);
    }
  }
}

export interface ControlFollowerOptions {
  readonly names: BrokerNames;
  readonly publisher: Publisher;
  readonly setup: (channel: ConfirmChannel) => Promise<void>;
  /** Gets every entry but markers, in the stream's order. Entries may come again; each must be idempotent. */
  readonly onEntry: (entry: ControlEntry) => void;
  /** Called with true when all that was in the stream has been seen, with false when the stream is lost. */
  readonly onAttached: (attached: boolean) => void;
}

/**
 * Replays the control stream from its beginning, then follows it. It counts as attached once a marker that it published
 * itself after subscribing has come by: everything older has then been seen. While it is not attached, its app takes no
 * new job, because it might be a cancelled one. After a lost channel it replays the whole stream again: entries are
 * idempotent, and offsets of a stream that was wiped meanwhile mean nothing. Requests to announce are answered only when
 * they are new.
 */
export class ControlFollower {
  readonly #options: ControlFollowerOptions;
  readonly #subscriber: Subscriber;
  readonly #ended = new AbortController();
  #marker: string | undefined;
  #attached = false;

  constructor(link: BrokerLink, options: ControlFollowerOptions) {
    this.#options = options;
    this.#subscriber = new Subscriber(link, {
      queue: options.names.control,
      prefetch: PREFETCH,
      setup: async (channel) => {
        await options.setup(channel);
        void this.#mark();
      },
      consumerArguments: () => ({ 'x-stream-offset': 'first' }),
      handle: (delivery) => this.#take(delivery),
      lost: () => this.#setAttached(false),
    });
  }

  get attached(): boolean {
    return this.#attached;
  }

  start(): void {
    this.#subscriber.start();
  }

  async stop(): Promise<void> {
    this.#ended.abort(new Error('The follower is stopped.'));
    await this.#subscriber.stop();
  }

  async #mark(): Promise<void> {
    const id = randomUUID();
    this.#marker = id;
    const { publisher, names } = this.#options;
    await publishControlSurely(publisher, names, { type: 'marker', id }, this.#ended.signal).catch(() => undefined);
  }

  #take(delivery: Delivery): void {
    delivery.ack();
    const body = decodeJson(delivery.body);
    if (!body.ok || !isControlEntry(body.value)) return; // an entry of a newer version, or not ours
    if (body.value.type === 'marker') {
      if (body.value.id === this.#marker) this.#setAttached(true);
    } else if (this.#attached || body.value.type !== 'announce') this.#options.onEntry(body.value);
  }

  #setAttached(attached: boolean): void {
    if (this.#attached === attached) return;
    this.#attached = attached;
    this.#options.onAttached(attached);
  }
}
