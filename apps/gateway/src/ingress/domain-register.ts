import {
  type BrokerLink,
  type BrokerNames,
  declareTopology,
  type Delivery,
  ingressTopology,
  publishControl,
  type Publisher,
  Subscriber,
  type SubscriberOptions,
} from '#libs/broker';
import { type Announcement, decodeJson, domainOf, isAnnouncement, isBareName, isTaskName } from '#libs/contracts';
import { type Telemetry } from '#libs/observability';
import { compileSchema } from '../jobs/payload-schemas.js';
import { type Dispatch } from '../ledger/outbox.js';
import { type OutboxStore } from '../ledger/outbox-store.js';
import { type TaskStore } from '../ledger/task-store.js';
import { type UnroutedMessages } from './unrouted-messages.js';

const PREFETCH = 20;
const LEDGER_PAUSE_MS = 500;

export interface DomainRegisterParts {
  readonly link: BrokerLink;
  readonly names: BrokerNames;
  readonly setup: NonNullable<SubscriberOptions['setup']>;
  readonly publisher: Publisher;
  readonly tasks: TaskStore;
  readonly outbox: OutboxStore;
  readonly unrouted: UnroutedMessages;
  readonly dispatch: Dispatch;
  readonly telemetry: Telemetry;
}

/**
 * Learns which domains and tasks there are from what apps announce: a new consumer app needs no change of the gateway.
 * A domain that appears gets its way in, and what has waited for it is sent.
 */
export class DomainRegister {
  readonly #parts: DomainRegisterParts;
  readonly #subscriber: Subscriber;
  readonly #admitted = new Set<string>();
  #stopped = false;

  constructor(parts: DomainRegisterParts) {
    this.#parts = parts;
    this.#subscriber = new Subscriber(parts.link, {
      queue: parts.names.announcements,
      prefetch: PREFETCH,
      setup: async (channel) => {
        await parts.setup(channel);
        for (const domain of await parts.tasks.domains()) {
          await declareTopology(channel, ingressTopology(parts.names.prefix, domain));
        }
      },
      handle: (delivery) => void this.#take(delivery),
    });
  }

  /** Begins to listen, and asks every app that runs to announce itself. */
  start(): void {
    this.#subscriber.start();
    void this.#ask();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#subscriber.stop();
  }

  async #ask(): Promise<void> {
    const { publisher, names } = this.#parts;
    while (!this.#stopped) {
      await publisher.whenReady();
      const sent = await publishControl(publisher, names, { type: 'announce' }).then(
        () => true,
        () => false,
      );
      if (sent) return;
    }
  }

  async #take(delivery: Delivery): Promise<void> {
    const announcements = this.#read(delivery);
    while (!this.#stopped) {
      try {
        for (const announcement of announcements) await this.#enter(announcement);
        delivery.ack();
        return;
      } catch (error) {
        this.#parts.telemetry.emit('message.waiting', { where: 'announcements', reason: String(error) });
        await new Promise((resolve) => setTimeout(resolve, LEDGER_PAUSE_MS));
      }
    }
  }

  async #enter(announcement: Announcement): Promise<void> {
    const { tasks, outbox, unrouted, dispatch, telemetry } = this.#parts;
    const { domain } = announcement;
    const changed = await tasks.announce(announcement);
    if (changed) {
      for (const { name, hash } of announcement.tasks) telemetry.emit('task.announced', { task: name, domain, hash });
    }
    // Not only of a domain that is new to the ledger: whoever entered it may have got no further.
    if (!this.#admitted.has(domain)) await unrouted.admit(domain);
    this.#admitted.add(domain);
    await outbox.unpark(domain);
    dispatch.wake();
  }

  #read(delivery: Delivery): Announcement[] {
    const body = decodeJson(delivery.body);
    const items = body.ok && Array.isArray(body.value) ? (body.value as unknown[]) : [];
    const [domain] = delivery.routingKey.split('.');
    const read = items.filter(isAnnouncement).filter((announcement) => announcement.domain === domain);
    if (read.length !== items.length || items.length === 0) {
      const reason = 'Expected a list of announcements of the domain in the routing key.';
      this.#parts.telemetry.emit('message.unreadable', { where: 'announcements', code: 'not_an_announcement', reason });
    }
    return read.map((announcement) => this.#usable(announcement));
  }

  /** What an app announces is input: a task that cannot be used is left out, and said so. */
  #usable(announcement: Announcement): Announcement {
    const tasks = announcement.tasks.filter(({ name, schema }) => {
      const reason = refusalOf(announcement.domain, name, schema);
      if (reason !== undefined) this.#parts.telemetry.emit('schema.refused', { task: name, reason });
      return reason === undefined;
    });
    return { ...announcement, tasks };
  }
}

function refusalOf(domain: string, name: string, schema: Readonly<Record<string, unknown>>): string | undefined {
  if (!isTaskName(name) || domainOf(name) !== domain || !isBareName(domain)) {
    return `Expected a name of the form ${domain}.task-in-kebab-case.`;
  }
  try {
    compileSchema(schema);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
