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
import { v4 as uuidv4 } from 'uuid';
import { maskedBody } from '../dead-letters/masked-body.js';
import { type JobIntake } from '../jobs/job-intake.js';
import { blamesContent } from '../ledger/database.js';
import { ForeignJobIdError, type JobStore } from '../ledger/job-store.js';
import { OutboxFullError, type OutboxRoom } from '../ledger/outbox-room.js';
import { type TaskStore } from '../ledger/task-store.js';
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
  readonly tasks: Pick<TaskStore, 'find'>;
  /** The tenant of each broker user that speaks for one. */
  readonly tenants: ReadonlyMap<string, string>;
  readonly room: Pick<OutboxRoom, 'full' | 'onChange'>;
  readonly telemetry: Telemetry;
}

/** Whose job a message becomes, and under which names; they are made once, so that another try is no other job or letter. */
interface Origin {
  readonly tenant: string;
  readonly id: string;
  readonly letterId: string;
}

/** Why a message does not become a job. */
interface Refusal {
  readonly code: string;
  readonly reason: string;
}

/**
 * Takes in jobs that services publish to the broker, with the checks of a `POST`. A message is acknowledged when its job
 * is committed, or when it lies among the dead letters with the reason. While the outbox is full nothing more is taken: what
 * comes waits in the queue.
 */
export class Ingress {
  readonly #parts: IngressParts;
  readonly #subscriber: Subscriber;
  #stopped = false;
  #turning: Promise<void> = Promise.resolve();

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
    this.#parts.room.onChange(() => this.#obeyRoom());
    this.#obeyRoom();
  }

  /** Takes no more, and settles when what was taken is entered and acknowledged. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#turning;
    await this.#subscriber.pause();
    await this.#subscriber.stop();
  }

  // One turn after the other: a broker that is slow to answer must not make a later turn come first.
  #obeyRoom(): void {
    this.#turning = this.#turning.then(async () => {
      if (this.#parts.room.full) await this.#subscriber.pause();
      else if (!this.#stopped) await this.#subscriber.resume();
    });
  }

  // Neither a ledger nor a broker that is away for a while loses a message: it stays unacknowledged until it is settled.
  async #take(delivery: Delivery): Promise<void> {
    const tenant = this.#tenantOf(delivery);
    const origin = { tenant, id: jobIdOf(tenant, delivery.properties.messageId), letterId: uuidv4() };
    while (!this.#stopped && !delivery.gone) {
      try {
        if (this.#parts.room.full) throw new OutboxFullError(); // before the message is looked into again and again
        const refusal = await this.#enter(delivery, origin);
        if (refusal !== undefined) await this.#refuse(delivery, refusal, origin);
        delivery.ack();
        return;
      } catch (error) {
        this.#tellWaiting(error);
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      }
    }
  }

  // That the outbox is full is told once, not for each message.
  #tellWaiting(error: unknown): void {
    if (error instanceof OutboxFullError) return;
    this.#parts.telemetry.emit('message.waiting', { where: 'ingress', reason: String(error) });
  }

  // The broker vouches for the user of a message; no header is believed.
  #tenantOf({ properties }: Delivery): string {
    return this.#parts.tenants.get(properties.userId ?? '') ?? DEFAULT_TENANT;
  }

  async #enter(delivery: Delivery, { tenant, id }: Origin): Promise<Refusal | undefined> {
    const read = readRequest(delivery);
    if (!read.ok) return read;
    const { request, traceparent } = read.value;
    const intake = await this.#parts.intake.prepare(request, { tenant, id, traceparent });
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

  async #refuse({ routingKey, body, properties }: Delivery, refusal: Refusal, origin: Origin): Promise<void> {
    const { names, publisher, telemetry, tasks } = this.#parts;
    const { code, reason: message } = refusal;
    telemetry.emit('message.unreadable', { where: 'ingress', code, reason: message });
    const [domain = 'unknown'] = routingKey.split('.');
    const shown = maskedBody(body, tasks.find(routingKey)?.schema);
    await publishDeadLetter(publisher, names, {
      ...{ domain, kind: 'unreadable', body: shown.body, properties },
      reason: {
        ...{ id: origin.letterId, tenant: origin.tenant, masked: shown.masked },
        ...{ code, message, diedAt: new Date(), source: names.ingress, key: routingKey },
      },
    });
  }
}
