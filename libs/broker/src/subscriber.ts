import { type ConfirmChannel, type ConsumeMessage, type Replies } from 'amqplib';
import { Acknowledgements } from './acknowledgements.js';
import { type Delivery, deliveryOf } from './delivery.js';
import { type BrokerLink } from './link.js';
import { SupervisedChannel } from './supervised-channel.js';

export interface SubscriberOptions {
  readonly queue: string;
  /** Unacknowledged deliveries at once. */
  readonly prefetch: number;
  /** Runs on each new channel before consuming, to declare what is consumed from. */
  readonly setup?: (channel: ConfirmChannel) => Promise<void>;
  /** Consumer arguments, made anew for each channel, such as a stream's offset. */
  readonly consumerArguments?: () => Record<string, unknown>;
  /** Work that it begins may go on after it returns; `stop` waits for a promise that it gives back. */
  readonly handle: (delivery: Delivery) => void | Promise<void>;
  /** The channel is gone: deliveries that were not acknowledged will be delivered again, here or elsewhere. */
  readonly lost?: () => void;
}

/** Consumes one queue for as long as it runs, on channels that come back with their consumer. */
export class Subscriber {
  readonly #link: BrokerLink;
  readonly #options: SubscriberOptions;
  readonly #channel: SupervisedChannel;
  readonly #inHand = new Set<Promise<void>>();
  #live: LiveChannel | undefined;
  #wanted = true;
  #reserve = 0;

  constructor(link: BrokerLink, options: SubscriberOptions) {
    this.#link = link;
    this.#options = options;
    this.#channel = new SupervisedChannel(link, {
      name: `consume ${options.queue}`,
      setup: (channel) => this.#setup(channel),
      lost: () => {
        this.#live?.end();
        this.#live = undefined;
        options.lost?.();
      },
    });
  }

  /** True while the broker may deliver. */
  get attached(): boolean {
    return this.#live?.attached === true;
  }

  /** Deliveries that the broker waits for. */
  get unacknowledged(): number {
    return this.#live?.acknowledgements.outstanding ?? 0;
  }

  start(): void {
    this.#channel.start();
  }

  /** Takes no further deliveries; those in hand can still be acknowledged. Settles when the broker has agreed. */
  async pause(): Promise<void> {
    this.#wanted = false;
    const live = this.#live;
    const aligned = live?.align().catch(() => undefined);
    // One that is being made ends without a consumer by itself, and may be waiting for a broker that is silent.
    if (live !== undefined && this.#channel.current === live.channel) await aligned;
  }

  /** Takes deliveries again. */
  async resume(): Promise<void> {
    if (this.#wanted) return;
    this.#wanted = true;
    await this.#live?.align().catch(() => this.#channel.renew());
  }

  /** More is in hand, or may come, than there may be at once: that has become less. */
  get overfull(): boolean {
    return this.#live?.overfull ?? false;
  }

  /**
   * Lets so many deliveries be there beyond `prefetch`, until it is told another number. As the limit of a consumer holds as long as it
   * lives, they come to another one of the same channel, and so in the same order. Settles when the broker has agreed.
   */
  async reserve(deliveries: number): Promise<void> {
    this.#reserve = deliveries;
    await this.#live?.align().catch(() => undefined);
  }

  /** Ends consuming for good, when what is in hand is settled; what was acknowledged is sent. */
  async stop(): Promise<void> {
    await this.pause();
    await Promise.all(this.#inHand);
    this.#live?.acknowledgements.flush();
    await this.#channel.stop();
  }

  #setup(channel: ConfirmChannel): Promise<void> {
    const live: LiveChannel = new LiveChannel(channel, {
      prepare: async () => {
        await this.#options.setup?.(channel);
      },
      limit: () => (this.#wanted ? this.#options.prefetch + this.#reserve : 0),
      consume: () => this.#consume(live),
    });
    this.#live = live;
    return live.align();
  }

  #consume(live: LiveChannel): Promise<Replies.Consume> {
    const { queue, consumerArguments } = this.#options;
    return live.channel.consume(
      queue,
      (message) => {
        if (message === null) this.#cancelledByBroker(live);
        else this.#take(this.#delivery(live, message));
      },
      { noAck: false, arguments: consumerArguments?.() },
    );
  }

  #take(delivery: Delivery): void {
    const work = Promise.resolve(this.#options.handle(delivery)).catch((error: unknown) => {
      // Unacknowledged, it comes again when the channel does.
      this.#link.telemetry.emit('message.waiting', { where: this.#options.queue, reason: String(error) });
    });
    this.#inHand.add(work);
    void work.finally(() => this.#inHand.delete(work));
  }

  // The queue was deleted, or the broker cancelled a slow consumer: a new channel declares and consumes again.
  #cancelledByBroker(live: LiveChannel): void {
    this.#link.telemetry.emit('consumer.cancelled', { queue: this.#options.queue });
    live.end();
    this.#channel.renew();
  }

  #delivery(live: LiveChannel, message: ConsumeMessage): Delivery {
    live.acknowledgements.expect(message);
    const isGone = (): boolean => this.#live !== live;
    const ack = (): void => {
      if (!isGone()) live.acknowledgements.say(message);
    };
    return deliveryOf(message, ack, isGone);
  }
}

/** What one channel's consumers are made of. */
interface ConsumerParts {
  /** Makes the channel ready to consume on. */
  readonly prepare: () => Promise<void>;
  /** How many deliveries there may be at once; 0: no consumer is wanted. */
  readonly limit: () => number;
  readonly consume: () => Promise<Replies.Consume>;
}

/** With so many the newest is replaced by one that has its limit, too. */
const MOST_CONSUMERS = 8;
/** While deliveries are in hand whose consumer is no more, it is looked so often whether as many others can come. */
const LOOK_FOR_STRAYS_MS = 100;

interface Consumer {
  readonly tag: string;
  /** Unacknowledged deliveries of its own at once. */
  readonly limit: number;
}

/**
 * A channel with the consumers that are wanted, whenever that changes: mostly one. What may come to all, and what is in hand of those
 * that are no more, is not more than there may be at once, except when that has just become less.
 */
class LiveChannel {
  readonly acknowledgements: Acknowledgements;
  /** Deliveries come, or would if there were not as many in hand as may be. */
  attached = false;
  readonly #parts: ConsumerParts;
  #consumers: Consumer[] = [];
  #change: Promise<void>;
  #lookAgain: NodeJS.Timeout | undefined;

  constructor(
    readonly channel: ConfirmChannel,
    parts: ConsumerParts,
  ) {
    this.acknowledgements = new Acknowledgements(channel);
    this.#parts = parts;
    this.#change = parts.prepare();
  }

  get overfull(): boolean {
    return this.#surplus > 0;
  }

  /** The broker has ended the consumers, or the channel. */
  end(): void {
    this.#consumers = [];
    this.attached = false;
    clearTimeout(this.#lookAgain);
  }

  /**
   * Settles when as much can come as is wanted. One change at a time, each by what is wanted when its turn has come: so the last one
   * that was asked for holds, also while the channel is being made.
   */
  align(): Promise<void> {
    this.#change = this.#change.then(() => this.#align());
    return this.#change;
  }

  async #align(): Promise<void> {
    while (this.overfull && this.#consumers.length > 0) await this.#cancelNewest();
    // Deliveries may be settled while a consumer is made: then there is room for another.
    while (this.#surplus < 0) await this.#add();
    this.attached = this.#parts.limit() > 0;
    clearTimeout(this.#lookAgain);
    if (this.attached && this.#strays > 0) this.#lookAgain = setTimeout(() => this.#fill(), LOOK_FOR_STRAYS_MS).unref();
  }

  #fill(): void {
    void this.align().catch(() => undefined);
  }

  async #cancelNewest(): Promise<void> {
    const newest = this.#consumers.pop();
    if (newest !== undefined) await this.channel.cancel(newest.tag);
  }

  async #add(): Promise<void> {
    if (this.#consumers.length >= MOST_CONSUMERS) await this.#cancelNewest();
    const limit = Math.max(1, -this.#surplus);
    await this.channel.prefetch(limit);
    this.#consumers.push({ tag: (await this.#parts.consume()).consumerTag, limit });
  }

  /** By how much what may come, and what is in hand of consumers that are no more, is more than there may be. */
  get #surplus(): number {
    return this.#mayCome + this.#strays - this.#parts.limit();
  }

  /** Deliveries that consumers may have at once, with those that they have. */
  get #mayCome(): number {
    return this.#consumers.reduce((sum, { limit }) => sum + limit, 0);
  }

  /** Deliveries in hand whose consumer is no more: they count for none of the others. */
  get #strays(): number {
    return this.acknowledgements.besides(this.#consumers.map(({ tag }) => tag));
  }
}
