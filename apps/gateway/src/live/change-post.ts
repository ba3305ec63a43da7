import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import {
  type BrokerLink,
  type BrokerNames,
  FanoutFollower,
  liveTopology,
  type Publisher,
  publishFanout,
  type SubscriberOptions,
} from '#libs/broker';
import { decodeJson, isToldChanges, type JobChange, type ToldChanges } from '#libs/contracts';
import { type Telemetry } from '#libs/observability';
import { type JobWatches } from './job-watches.js';

/** What waits while the broker takes a message. More is left out: the ledger has it. */
const MOST_WAITING = 10_000;
const SENT_AT_ONCE = 1_000;
/** What follows a change so soon goes together: mostly there is no other gateway, and a message for each change is too many. */
const GATHERED_FOR_MS = 50;

export interface ChangePostParts {
  readonly links: {
    readonly consuming: BrokerLink;
    readonly names: BrokerNames;
    readonly publisher: Publisher;
    readonly setup: NonNullable<SubscriberOptions['setup']>;
  };
  readonly watches: Pick<JobWatches, 'take'>;
  readonly telemetry: Telemetry;
}

/**
 * Carries changes of jobs to whoever watches them: those of this gateway to its own readers at once and to the other
 * gateways by the broker, theirs to the readers here. One message is under way, the next is what has gathered meanwhile and in a short
 * time after it.
 */
export class ChangePost {
  readonly #parts: ChangePostParts;
  readonly #follower: FanoutFollower;
  /** Tells our own messages, which come back, from those of others. */
  readonly #origin = randomUUID();
  #waiting: JobChange[] = [];
  #sending: Promise<void> | undefined;

  constructor(parts: ChangePostParts) {
    this.#parts = parts;
    const { consuming, names, setup } = parts.links;
    this.#follower = new FanoutFollower(consuming, {
      setup,
      topologyOf: (id) => liveTopology(names.prefix, id),
      onMessage: (body) => this.#take(body),
    });
  }

  start(): void {
    this.#follower.start();
  }

  /** Hears no more, and settles when what was told has been sent or lost. */
  async stop(): Promise<void> {
    await this.#follower.stop();
    await this.#sending;
  }

  /** Takes what has been committed here. */
  tell(changes: readonly JobChange[]): void {
    this.#parts.watches.take(changes);
    const { length: left } = changes.slice(MOST_WAITING - this.#waiting.length);
    this.#waiting = this.#waiting.concat(changes.slice(0, changes.length - left));
    if (left > 0) this.#lost(left, 'Too many changes wait to be told.');
    this.#sending ??= this.#send().finally(() => (this.#sending = undefined));
  }

  async #send(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#waiting.length > 0) {
      const changes = this.#waiting.splice(0, SENT_AT_ONCE);
      const message: ToldChanges = { origin: this.#origin, changes };
      const { publisher, names } = this.#parts.links;
      await publishFanout(publisher, names.live, Buffer.from(JSON.stringify(message))).catch((error: unknown) =>
        this.#lost(changes.length, String(error)),
      );
      if (this.#waiting.length < SENT_AT_ONCE) await delay(GATHERED_FOR_MS);
    }
  }

  #take(body: Buffer): void {
    const read = decodeJson(body);
    if (!read.ok || !isToldChanges(read.value) || read.value.origin === this.#origin) return;
    this.#parts.watches.take(read.value.changes);
  }

  #lost(count: number, reason: string): void {
    this.#parts.telemetry.emit('live.changes-lost', { count, reason });
  }
}
