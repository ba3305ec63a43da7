import { type ConfirmChannel, type ConsumeMessage, type Replies } from 'amqplib';
import { type Delivery, deliveryOf } from './delivery.js';
import { type BrokerLink } from './link.js';
import { LiveChannel } from './live-channel.js';
import { SupervisedChannel } from './supervised-channel.js';

export interface SubscriberOptions {
  readonly queue: string;
  /** Unacknowledged deliveries at once. */
  readonly prefetch: number;
  /** Runs on each new channel before consuming, to declare what is consumed from. */
  readonly setup?: (channel: ConfirmChannel) => Promise<void>;
  /** Consumer arguments, made anew for each consumer, such as a stream's offset. */
  readonly consumerArguments?: () => Record<string, unknown>;
  /** Work that it begins may go on after it returns; `stop` waits for a promise that it gives back. */
  readonly handle: (delivery: Delivery) => void | Promise<void>;
  /** A new channel has come with a consumer. Not told when `resume` makes one on a channel that is there: that settles when it has. */
  readonly onAttached?: () => void;
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

  /** More is in hand, or may come, than there may be at once, because there may be less than before. */
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

  async #setup(channel: ConfirmChannel): Promise<void> {
    const live: LiveChannel = new LiveChannel(channel, {
      prepare: async () => {
        await this.#options.setup?.(channel);
      },
      limit: () => (this.#wanted ? this.#options.prefetch + this.#reserve : 0),
      consume: () => this.#consume(live),
    });
    this.#live = live;
    await live.align();
    if (live.attached) this.#options.onAttached?.();
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
