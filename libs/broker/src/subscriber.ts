import { type ConfirmChannel, type ConsumeMessage } from 'amqplib';
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
  /** Must not throw; a rejection is a bug of the caller. */
  readonly handle: (delivery: Delivery) => void;
  /** The channel is gone: deliveries that were not acknowledged will be delivered again, here or elsewhere. */
  readonly lost?: () => void;
}

/** Consumes one queue for as long as it runs, on channels that come back with their consumer. */
export class Subscriber {
  readonly #link: BrokerLink;
  readonly #options: SubscriberOptions;
  readonly #channel: SupervisedChannel;
  #live: ConfirmChannel | undefined;
  #consumerTag: string | undefined;
  #wanted = true;

  constructor(link: BrokerLink, options: SubscriberOptions) {
    this.#link = link;
    this.#options = options;
    this.#channel = new SupervisedChannel(link, {
      name: `consume ${options.queue}`,
      setup: (channel) => this.#setup(channel),
      lost: () => {
        this.#live = undefined;
        this.#consumerTag = undefined;
        options.lost?.();
      },
    });
  }

  /** True while the broker may deliver. */
  get attached(): boolean {
    return this.#consumerTag !== undefined && this.#live !== undefined;
  }

  start(): void {
    this.#channel.start();
  }

  /** Takes no further deliveries; those in hand can still be acknowledged. Settles when the broker has agreed. */
  async pause(): Promise<void> {
    this.#wanted = false;
    const tag = this.#consumerTag;
    this.#consumerTag = undefined;
    if (tag !== undefined) await this.#live?.cancel(tag).catch(() => undefined);
  }

  /** Takes deliveries again. */
  async resume(): Promise<void> {
    if (this.#wanted) return;
    this.#wanted = true;
    const channel = this.#channel.current; // one that is being set up consumes by itself
    if (channel !== undefined) await this.#consume(channel).catch(() => this.#channel.renew());
  }

  /** Ends consuming for good; what was acknowledged before is sent. */
  async stop(): Promise<void> {
    await this.pause();
    await this.#channel.stop();
  }

  async #setup(channel: ConfirmChannel): Promise<void> {
    this.#live = channel;
    await this.#options.setup?.(channel);
    await channel.prefetch(this.#options.prefetch);
    if (this.#wanted) await this.#consume(channel);
  }

  async #consume(channel: ConfirmChannel): Promise<void> {
    const { queue, consumerArguments } = this.#options;
    const reply = await channel.consume(
      queue,
      (message) => {
        if (message === null) this.#cancelledByBroker();
        else this.#options.handle(this.#delivery(channel, message));
      },
      { noAck: false, arguments: consumerArguments?.() },
    );
    this.#consumerTag = reply.consumerTag;
  }

  // The queue was deleted, or the broker cancelled a slow consumer: a new channel declares and consumes again.
  #cancelledByBroker(): void {
    this.#link.telemetry.emit('consumer.cancelled', { queue: this.#options.queue });
    this.#consumerTag = undefined;
    void this.#channel.renew();
  }

  #delivery(channel: ConfirmChannel, message: ConsumeMessage): Delivery {
    let acknowledged = false;
    return deliveryOf(message, () => {
      if (acknowledged || this.#live !== channel) return;
      acknowledged = true;
      channel.ack(message);
    });
  }
}
