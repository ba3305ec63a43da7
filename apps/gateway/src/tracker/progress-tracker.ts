import { type BrokerLink, type BrokerNames, type Delivery, Subscriber, type SubscriberOptions } from '#libs/broker';
import { type LogReport, type ProgressReport } from '#libs/contracts';
import { type TellingStore } from '../ledger/telling-store.js';
import { readTellings } from './read-reports.js';

const PREFETCH = 10;

/** Enters progress and log lines. What the ledger does not take is dropped: the next report tells more. */
export class ProgressTracker {
  readonly #telling: TellingStore;
  readonly #subscriber: Subscriber;

  constructor(parts: {
    link: BrokerLink;
    names: BrokerNames;
    setup: NonNullable<SubscriberOptions['setup']>;
    telling: TellingStore;
  }) {
    this.#telling = parts.telling;
    this.#subscriber = new Subscriber(parts.link, {
      queue: parts.names.progress,
      prefetch: PREFETCH,
      setup: parts.setup,
      handle: (delivery) => this.#take(delivery),
    });
  }

  start(): void {
    this.#subscriber.start();
  }

  async stop(): Promise<void> {
    await this.#subscriber.stop();
  }

  async #take(delivery: Delivery): Promise<void> {
    const read = readTellings(delivery);
    if (read.ok) {
      const { domain, reports } = read.value;
      const progress = reports.filter((report): report is ProgressReport => report.type === 'progress');
      const lines = reports.filter((report): report is LogReport => report.type === 'log');
      await Promise.allSettled([this.#telling.progress(domain, progress), this.#telling.log(domain, lines)]);
    }
    delivery.ack();
  }
}
