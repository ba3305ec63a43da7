import { type ConfirmChannel, type ConsumeMessage } from 'amqplib';
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
    const tag = this.#consumerTag;
    this.#consumerTag = undefined;
    if (tag !== undefined) await this.#live?.channel.cancel(tag).catch(() => undefined);
  }

  /** Takes deliveries again. */
  async resume(): Promise<void> {
    if (this.#wanted) return;
    this.#wanted = true;
    const live = this.#live;
    if (live === undefined || this.#channel.current !== live.channel) return; // one that is being set up consumes by itself
    await this.#consume(live).catch(() => this.#channel.renew());
  }

  /** Ends consuming for good, when what is in hand is settled; what was acknowledged is sent. */
  async stop(): Promise<void> {
    await this.pause();
    await Promise.all(this.#inHand);
    this.#live?.acknowledgements.flush();
    await this.#channel.stop();
  }

  async #setup(channel: ConfirmChannel): Promise<void> {
    const live = { channel, acknowledgements: new Acknowledgements(channel) };
    this.#live = live;
    await this.#options.setup?.(channel);
    await channel.prefetch(this.#options.prefetch);
    if (this.#wanted) await this.#consume(live);
  }

  async #consume(live: LiveChannel): Promise<void> {
    const { channel } = live;
    const { queue, consumerArguments } = this.#options;
    const reply = await channel.consume(
      queue,
      (message) => {
        if (message === null) this.#cancelledByBroker();
        else this.#take(this.#delivery(live, message));
      },
      { noAck: false, arguments: consumerArguments?.() },
    );
    if (this.#wanted) this.#consumerTag = reply.consumerTag;
    else await channel.cancel(reply.consumerTag); // paused meanwhile
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
  #cancelledByBroker(): void {
    this.#link.telemetry.emit('consumer.cancelled', { queue: this.#options.queue });
    this.#consumerTag = undefined;
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

interface LiveChannel {
  readonly channel: ConfirmChannel;
  readonly acknowledgements: Acknowledgements;
}
