import { Batcher } from '#libs/batching';
import {
  type BrokerLink,
  type BrokerNames,
  type Delivery,
  publishDeadLetter,
  type Publisher,
  SettlingSubscriber,
  type SubscriberOptions,
} from '#libs/broker';
import { decodeWorkOrder, domainOf } from '#libs/contracts';
import { type Telemetry } from '#libs/observability';
import { blamesContent } from '../ledger/database.js';
import { type Dispatch } from '../ledger/outbox.js';
import { type DomainReport, type ReportStore } from '../ledger/report-store.js';

const PREFETCH = 500;

export interface StraysParts {
  readonly link: BrokerLink;
  readonly names: BrokerNames;
  readonly setup: NonNullable<SubscriberOptions['setup']>;
  readonly publisher: Publisher;
  readonly reports: Pick<ReportStore, 'apply'>;
  readonly dispatch: Pick<Dispatch, 'wake'>;
  readonly telemetry: Telemetry;
}

/**
 * Takes in what came out of the delay ladder when its work queue was gone. Such a message is as good as handed back: the
 * ledger sends the run again, to the queue that the domain has now, and charges nothing.
 */
export class Strays {
  readonly #parts: StraysParts;
  readonly #subscriber: SettlingSubscriber;
  readonly #writing: Batcher<DomainReport, undefined>;

  constructor(parts: StraysParts) {
    this.#parts = parts;
    this.#subscriber = new SettlingSubscriber(parts.link, {
      ...{ queue: parts.names.strays, where: 'strays', prefetch: PREFETCH, setup: parts.setup },
      begin: (delivery) => () => this.#settle(delivery),
    });
    this.#writing = new Batcher(async (reports) => {
      const { toSend } = await parts.reports.apply(reports);
      if (toSend) parts.dispatch.wake();
      return reports.map(() => undefined);
    }, blamesContent);
  }

  start(): void {
    this.#subscriber.start();
  }

  /** Takes no more, and settles when what was taken is committed and acknowledged. */
  async stop(): Promise<void> {
    await this.#subscriber.stop();
  }

  async #settle(delivery: Delivery): Promise<void> {
    const order = decodeWorkOrder(delivery.properties);
    if (order.ok) {
      const { jobId: job, run, task } = order.value;
      const report = { type: 'returned', job, run, worker: 'gateway', reason: 'unrouted' } as const;
      await this.#enter(delivery, { domain: domainOf(task), report });
      this.#parts.telemetry.emit('message.strayed', { job, run });
    } else await this.#bury(delivery, order.code, order.reason);
  }

  async #enter(delivery: Delivery, report: DomainReport): Promise<void> {
    try {
      await this.#writing.add(report);
    } catch (error) {
      if (!blamesContent(error)) throw error;
      await this.#bury(delivery, 'not_a_job', 'The ledger can have no such job.');
    }
  }

  async #bury({ body, properties }: Delivery, code: string, message: string): Promise<void> {
    const { names, publisher, telemetry } = this.#parts;
    telemetry.emit('message.unreadable', { where: 'strays', code, reason: message });
    const reason = { code, message, diedAt: new Date(), source: names.strays };
    await publishDeadLetter(publisher, names, { domain: 'unknown', kind: 'unreadable', body, properties, reason });
  }
}
