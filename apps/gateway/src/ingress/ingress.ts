import {
  type BrokerLink,
  type BrokerNames,
  type Delivery,
  publishDeadLetter,
  type Publisher,
  Subscriber,
  type SubscriberOptions,
} from '#libs/broker';
import { type Telemetry } from '#libs/observability';
import { type JobIntake } from '../jobs/job-intake.js';
import { blamesContent } from '../ledger/database.js';
import { ForeignJobIdError, type JobStore } from '../ledger/job-store.js';
import { jobIdOf } from './job-id.js';
import { readRequest } from './read-request.js';

const PREFETCH = 500;
const PAUSE_MS = 500;
const DEFAULT_TENANT = 'default';

export interface IngressParts {
  readonly link: BrokerLink;
  readonly names: BrokerNames;
  readonly setup: NonNullable<SubscriberOptions['setup']>;
  readonly publisher: Publisher;
  readonly intake: JobIntake;
  readonly jobs: JobStore;
  /** The tenant of each broker user that speaks for one. */
  readonly tenants: ReadonlyMap<string, string>;
  readonly telemetry: Telemetry;
}

/** Why a message does not become a job. */
interface Refusal {
  readonly code: string;
  readonly reason: string;
}

/**
 * Takes in jobs that services publish to the broker, with the checks of a `POST`. A message is acknowledged when its job
 * is committed, or when it lies among the dead letters with the reason.
 */
export class Ingress {
  readonly #parts: IngressParts;
  readonly #subscriber: Subscriber;
  #stopped = false;

  constructor(parts: IngressParts) {
    this.#parts = parts;
    this.#subscriber = new Subscriber(parts.link, {
      queue: parts.names.ingress,
      prefetch: PREFETCH,
      setup: parts.setup,
      handle: (delivery) => this.#take(delivery),
    });
  }

  start(): void {
    this.#subscriber.start();
  }

  /** Takes no more, and settles when what was taken is entered and acknowledged. */
  async stop(): Promise<void> {
    await this.#subscriber.pause();
    this.#stopped = true;
    await this.#subscriber.stop();
  }

  // Neither a ledger nor a broker that is away for a while loses a message: it stays unacknowledged until it is settled.
  async #take(delivery: Delivery): Promise<void> {
    const tenant = this.#tenantOf(delivery);
    const origin = { tenant, id: jobIdOf(tenant, delivery.properties.messageId) }; // once: another try is no other job
    while (!this.#stopped && !delivery.gone) {
      try {
        const refusal = await this.#enter(delivery, origin);
        if (refusal !== undefined) await this.#refuse(delivery, refusal);
        delivery.ack();
        return;
      } catch (error) {
        this.#parts.telemetry.emit('message.waiting', { where: 'ingress', reason: String(error) });
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      }
    }
  }

  // The broker vouches for the user of a message; no header is believed.
  #tenantOf({ properties }: Delivery): string {
    return this.#parts.tenants.get(properties.userId ?? '') ?? DEFAULT_TENANT;
  }

  async #enter(delivery: Delivery, origin: { tenant: string; id: string }): Promise<Refusal | undefined> {
    const read = readRequest(delivery);
    if (!read.ok) return read;
    const { request, traceparent } = read.value;
    const intake = await this.#parts.intake.prepare(request, { ...origin, traceparent });
    if (!intake.ok) {
      return { code: 'invalid_job', reason: intake.errors.map(({ path, message }) => `${path} ${message}`).join('; ') };
    }
    try {
      await this.#parts.jobs.accept(intake.job);
      return undefined;
    } catch (error) {
      if (error instanceof ForeignJobIdError) return { code: 'id_taken', reason: error.message };
      if (blamesContent(error)) return { code: 'invalid_job', reason: 'The ledger cannot store the job.' };
      throw error;
    }
  }

  async #refuse(delivery: Delivery, { code, reason }: Refusal): Promise<void> {
    const { names, publisher, telemetry } = this.#parts;
    telemetry.emit('message.unreadable', { where: 'ingress', code, reason });
    const [domain = 'unknown'] = delivery.routingKey.split('.');
    await publishDeadLetter(publisher, names, {
      domain,
      kind: 'unreadable',
      body: delivery.body,
      properties: delivery.properties,
      reason: { code, message: reason, diedAt: new Date(), source: names.ingress },
    });
  }
}
