import {
  type BrokerLink,
  type BrokerNames,
  declareTopology,
  type Delivery,
  ingressTopology,
  publishControlSurely,
  type Publisher,
  SettlingSubscriber,
  type SubscriberOptions,
} from '#libs/broker';
import {
  type Announcement,
  decodeJson,
  domainOf,
  isAnnouncement,
  isBareName,
  isTaskName,
  LIMITS,
  MAX_PRIORITY,
  type TaskAnnouncement,
} from '#libs/contracts';
import { type Telemetry } from '#libs/observability';
import { compileSchema } from '../jobs/payload-schemas.js';
import { blamesContent } from '../ledger/database.js';
import { type Dispatch } from '../ledger/outbox.js';
import { type OutboxStore } from '../ledger/outbox-store.js';
import { type TaskStore } from '../ledger/task-store.js';
import { type UnroutedMessages } from './unrouted-messages.js';

const PREFETCH = 20;
const MAX_QUEUE_NUMBER = 1_000_000;

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
  readonly #subscriber: SettlingSubscriber;
  readonly #ended = new AbortController();

  constructor(parts: DomainRegisterParts) {
    this.#parts = parts;
    this.#subscriber = new SettlingSubscriber(parts.link, {
      ...{ queue: parts.names.announcements, where: 'announcements', prefetch: PREFETCH },
      setup: async (channel) => {
        await parts.setup(channel);
        for (const domain of await parts.tasks.domains()) {
          await declareTopology(channel, ingressTopology(parts.names.prefix, domain));
        }
      },
      begin: (delivery) => this.#begin(delivery),
    });
  }

  /** Begins to listen, and asks every app that runs to announce itself. */
  start(): void {
    this.#subscriber.start();
    const { publisher, names } = this.#parts;
    publishControlSurely(publisher, names, { type: 'announce' }, this.#ended.signal).catch(() => undefined);
  }

  async stop(): Promise<void> {
    this.#ended.abort(new Error('The register is stopped.'));
    await this.#subscriber.stop();
  }

  #begin(delivery: Delivery): () => Promise<void> {
    const announcements = this.#read(delivery);
    return async () => {
      try {
        for (const announcement of announcements) await this.#enter(announcement);
      } catch (error) {
        if (!blamesContent(error)) throw error;
        this.#refuse(`The ledger cannot store it: ${String(error)}`);
      }
    };
  }

  async #enter(announcement: Announcement): Promise<void> {
    const { tasks, outbox, unrouted, dispatch, telemetry } = this.#parts;
    const { domain } = announcement;
    const changed = await tasks.announce(announcement);
    if (changed) {
      for (const { name, hash } of announcement.tasks) telemetry.emit('task.announced', { task: name, domain, hash });
    }
    // Each time, not only for a domain that is new: whoever entered it may have got no further.
    await unrouted.admit(domain);
    await outbox.unpark(domain);
    dispatch.wake();
  }

  #read(delivery: Delivery): Announcement[] {
    const body = decodeJson(delivery.body);
    const items = body.ok && Array.isArray(body.value) ? (body.value as unknown[]) : [];
    const [domain] = delivery.routingKey.split('.');
    const read = items
      .filter(isAnnouncement)
      .filter((announcement) => announcement.domain === domain && hasOwnQueue(announcement));
    if (read.length !== items.length || items.length === 0) {
      this.#refuse('Expected a list of announcements of the domain in the routing key, each with its own queue.');
    }
    return read.map((announcement) => this.#usable(announcement));
  }

  #refuse(reason: string): void {
    this.#parts.telemetry.emit('message.unreadable', { where: 'announcements', code: 'not_an_announcement', reason });
  }

  /** What an app announces is input: a task that cannot be used is left out, and said so. */
  #usable(announcement: Announcement): Announcement {
    const tasks = announcement.tasks.filter((task) => {
      const { name } = task;
      const reason = refusalOf(announcement.domain, task);
      if (reason !== undefined) this.#parts.telemetry.emit('schema.refused', { task: name, reason });
      return reason === undefined;
    });
    return { ...announcement, tasks };
  }
}

function hasOwnQueue({ domain, queue }: Announcement): boolean {
  return queue.number <= MAX_QUEUE_NUMBER && queue.key === `${domain}.${queue.type}-${queue.number}`;
}

function refusalOf(domain: string, { name, schema, defaults, maxPayload }: TaskAnnouncement): string | undefined {
  if (!isTaskName(name) || domainOf(name) !== domain || !isBareName(domain)) {
    return `Expected a name of the form ${domain}.task-in-kebab-case.`;
  }
  const { priority, maxAttempts } = defaults;
  if (priority > MAX_PRIORITY) return `Expected a priority of 0 to ${MAX_PRIORITY}, got ${priority}.`;
  if (maxAttempts < 1 || maxAttempts > LIMITS.maxAttempts) {
    return `Expected 1 to ${LIMITS.maxAttempts} attempts, got ${maxAttempts}.`;
  }
  if (maxPayload > LIMITS.announcedPayload) {
    return `Expected a largest payload of at most ${LIMITS.announcedPayload} bytes, got ${maxPayload}.`;
  }
  return schemaProblem(schema);
}

function schemaProblem(schema: TaskAnnouncement['schema']): string | undefined {
  try {
    compileSchema(schema);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
