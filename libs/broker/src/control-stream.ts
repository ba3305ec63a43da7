import { randomUUID } from 'node:crypto';
import { type ControlEntry, decodeJson, isControlEntry } from '#libs/contracts';
import { type ConfirmChannel } from 'amqplib';
import { type BrokerLink } from './link.js';
import { type BrokerNames } from './names.js';
import { type Publisher } from './publisher.js';
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
 * new job, because it might be a cancelled one. After a lost channel it goes on behind the last entry that it saw.
 */
export class ControlFollower {
  readonly #options: ControlFollowerOptions;
  readonly #subscriber: Subscriber;
  #marker: string | undefined;
  #nextOffset: number | undefined;
  #attached = false;
  #stopped = false;

  constructor(link: BrokerLink, options: ControlFollowerOptions) {
    this.#options = options;
    this.#subscriber = new Subscriber(link, {
      queue: options.names.control,
      prefetch: PREFETCH,
      setup: async (channel) => {
        await options.setup(channel);
        void this.#mark();
      },
      consumerArguments: () => ({ 'x-stream-offset': this.#nextOffset ?? 'first' }),
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
    this.#stopped = true;
    this.#marker = undefined;
    await this.#subscriber.stop();
  }

  async #mark(): Promise<void> {
    const id = randomUUID();
    this.#marker = id;
    while (this.#marker === id && !this.#stopped) {
      await this.#options.publisher.whenReady();
      const sent = publishControl(this.#options.publisher, this.#options.names, { type: 'marker', id });
      if (
        await sent.then(
          () => true,
          () => false,
        )
      )
        return;
    }
  }

  #take(delivery: Delivery): void {
    const offset = delivery.properties.headers['x-stream-offset'];
    if (typeof offset === 'number') this.#nextOffset = offset + 1;
    delivery.ack();
    const body = decodeJson(delivery.body);
    if (!body.ok || !isControlEntry(body.value)) return; // an entry of a newer version, or not ours
    if (body.value.type !== 'marker') this.#options.onEntry(body.value);
    else if (body.value.id === this.#marker) this.#setAttached(true);
  }

  #setAttached(attached: boolean): void {
    if (this.#attached === attached) return;
    this.#attached = attached;
    this.#options.onAttached(attached);
  }
}
