import {
  type BrokerLink,
  type BrokerNames,
  type Delivery,
  publishDeadLetter,
  type Publisher,
  SettlingSubscriber,
  type SubscriberOptions,
} from '#libs/broker';
import { type Telemetry } from '#libs/observability';
import { v4 as uuidv4 } from 'uuid';
import { type ShownBody } from '../dead-letters/masked-body.js';
import { OutboxFullError, type OutboxRoom } from '../ledger/outbox-room.js';

const PREFETCH = 500;
const DEFAULT_TENANT = 'default';

export interface MessageIntakeParts {
  readonly link: BrokerLink;
  readonly names: BrokerNames;
  readonly publisher: Publisher;
  /** The tenant of each broker user that speaks for one. */
  readonly tenants: ReadonlyMap<string, string>;
  readonly room: Pick<OutboxRoom, 'full' | 'onChange'>;
  readonly telemetry: Telemetry;
}

/** Why a message is not taken in. */
export interface Refusal {
  readonly code: string;
  readonly reason: string;
  /** Whose it is, when that is not the tenant of its sender. */
  readonly tenant?: string;
}

/** What is taken in from a queue, and how. */
export interface MessageKind {
  readonly queue: string;
  /** For logs and metrics. */
  readonly where: string;
  readonly setup: NonNullable<SubscriberOptions['setup']>;
  /**
   * Begins with a message; its tenant is that of the broker's user who sent it, or the default one. What it gives back takes the message in, or says why not; after an error it is called
   * again, and must mean the same then.
   */
  begin(delivery: Delivery, tenant: string): () => Promise<Refusal | undefined>;
  /** Among whose dead letters a message comes that is refused, and what of it may be seen there. */
  letterOf(delivery: Delivery): ShownBody & { readonly domain: string };
}

/**
 * Takes in messages that services publish to the broker. One is acknowledged when what it has become is committed, or when it
 * lies among the dead letters with the reason. While the outbox is full nothing more is taken: what comes waits in the
 * queue.
 */
export class MessageIntake {
  readonly #parts: MessageIntakeParts;
  readonly #kind: MessageKind;
  readonly #subscriber: SettlingSubscriber;
  #stopped = false;
  #turning: Promise<void> = Promise.resolve();

  constructor(parts: MessageIntakeParts, kind: MessageKind) {
    this.#parts = parts;
    this.#kind = kind;
    this.#subscriber = new SettlingSubscriber(parts.link, {
      ...{ queue: kind.queue, where: kind.where, prefetch: PREFETCH, setup: kind.setup },
      begin: (delivery) => this.#begin(delivery),
      isTold: (error) => error instanceof OutboxFullError,
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
    await this.#subscriber.stop();
  }

  // One turn after the other: a broker that is slow to answer must not make a later turn come first.
  #obeyRoom(): void {
    this.#turning = this.#turning.then(async () => {
      if (this.#parts.room.full) await this.#subscriber.pause();
      else if (!this.#stopped) await this.#subscriber.resume();
    });
  }

  #begin(delivery: Delivery): () => Promise<void> {
    const tenant = this.#tenantOf(delivery);
    const enter = this.#kind.begin(delivery, tenant);
    const letterId = uuidv4();
    return async () => {
      if (this.#parts.room.full) throw new OutboxFullError(); // before the message is looked into again and again
      const refusal = await enter();
      if (refusal !== undefined) await this.#refuse(delivery, refusal, { tenant, letterId });
    };
  }

  // The broker vouches for the user of a message; no header is believed.
  #tenantOf({ properties }: Delivery): string {
    return this.#parts.tenants.get(properties.userId ?? '') ?? DEFAULT_TENANT;
  }

  // The letter has one name however often it is published.
  async #refuse(
    delivery: Delivery,
    { code, reason: message, tenant: owner }: Refusal,
    { tenant, letterId }: { readonly tenant: string; readonly letterId: string },
  ): Promise<void> {
    const { names, publisher, telemetry } = this.#parts;
    const { queue, where } = this.#kind;
    telemetry.emit('message.unreadable', { where, code, reason: message });
    const { domain, body, masked } = this.#kind.letterOf(delivery);
    await publishDeadLetter(publisher, names, {
      ...{ domain, kind: 'unreadable', body, properties: delivery.properties },
      reason: {
        ...{ id: letterId, tenant: owner ?? tenant, masked },
        ...{ code, message, diedAt: new Date(), source: queue, key: delivery.routingKey },
      },
    });
  }
}
