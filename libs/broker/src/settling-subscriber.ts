import { setTimeout as wait } from 'node:timers/promises';
import { type Delivery } from './delivery.js';
import { type BrokerLink } from './link.js';
import { Subscriber, type SubscriberOptions } from './subscriber.js';

const PAUSE_MS = 500;

export interface SettlingSubscriberOptions extends Pick<SubscriberOptions, 'queue' | 'prefetch' | 'setup'> {
  /** What its messages are called in logs. */
  readonly where: string;
  /**
   * Begins with a message. What it gives back settles it, so that it can be acknowledged; after an error it is called again,
   * and must mean the same then.
   */
  readonly begin: (delivery: Delivery) => () => Promise<void>;
  /** Errors that are told elsewhere, once and not for each message; none by default. */
  readonly isTold?: (error: unknown) => boolean;
}

/**
 * Consumes one queue and acknowledges a message when it is settled, and not before: neither a ledger nor a broker that is away
 * for a while loses one. What cannot be settled now is tried again every half second, until it is, or its channel is gone and it
 * comes again, or the subscriber stops.
 */
export class SettlingSubscriber {
  readonly #link: BrokerLink;
  readonly #options: SettlingSubscriberOptions;
  readonly #subscriber: Subscriber;
  #stopped = false;

  constructor(link: BrokerLink, options: SettlingSubscriberOptions) {
    this.#link = link;
    this.#options = options;
    const { queue, prefetch, setup } = options;
    this.#subscriber = new Subscriber(link, {
      ...{ queue, prefetch, handle: (delivery) => this.#take(delivery) },
      ...(setup === undefined ? {} : { setup }),
    });
  }

  start(): void {
    this.#subscriber.start();
  }

  /** Takes no further messages; those in hand are still settled. Settles when the broker has agreed. */
  async pause(): Promise<void> {
    await this.#subscriber.pause();
  }

  /** Takes messages again, unless it is stopped. */
  async resume(): Promise<void> {
    if (!this.#stopped) await this.#subscriber.resume();
  }

  /** Takes no more, tries nothing again, and settles when what is being tried has ended. */
  async stop(): Promise<void> {
    await this.#subscriber.pause();
    this.#stopped = true;
    await this.#subscriber.stop();
  }

  async #take(delivery: Delivery): Promise<void> {
    const settle = this.#options.begin(delivery);
    while (!this.#stopped && !delivery.gone) {
      try {
        await settle();
        delivery.ack();
        return;
      } catch (error) {
        this.#tellWaiting(error);
        await wait(PAUSE_MS);
      }
    }
  }

  #tellWaiting(error: unknown): void {
    const { where, isTold } = this.#options;
    if (isTold?.(error) !== true) this.#link.telemetry.emit('message.waiting', { where, reason: String(error) });
  }
}
