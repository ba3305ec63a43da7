import {
  type BrokerLink,
  type BrokerNames,
  deleteFormerQueue,
  type Delivery,
  formerAddresses,
  lookAtQueue,
  Subscriber,
} from '#libs/broker';
import { type QueueAddress, TIMES } from '#libs/contracts';
import { FormerQueue } from './former-queue.js';

const LOOK_EVERY_MS = 5_000;

type Source = Pick<Subscriber, 'attached' | 'pause' | 'resume'>;

/** Whose former queues they are, and what becomes of their messages. */
export interface FormerQueuesOptions {
  readonly link: BrokerLink;
  readonly names: BrokerNames;
  readonly domain: string;
  /** The queue that took their place. */
  readonly address: QueueAddress;
  /** Unacknowledged deliveries of each queue at once. */
  readonly prefetch: number;
  /** How long an app that ends may keep a message that it no longer consumes, in milliseconds. */
  readonly idleMs: number;
  readonly handle: (delivery: Delivery) => void;
  /** Whether an empty one is removed; one that is not is left to the operator. */
  readonly removes: boolean;
  /** The channel of some deliveries is gone. */
  readonly lost: () => void;
  /** A queue was deleted: what is still sent there comes back to its sender. */
  readonly removed: () => void;
}

/** An app's own queue and its former ones, opened and closed together; attached is who is attached to its own. */
export function withFormer(own: Source, former: Pick<FormerQueues, 'pause' | 'resume'>): Source {
  return {
    get attached() {
      return own.attached;
    },
    resume: async () => {
      await own.resume();
      former.resume();
    },
    pause: async () => {
      await Promise.all([own.pause(), former.pause()]);
    },
  };
}

/**
 * Empties the queues from which apps of this domain took their work before, of the other type and of lower numbers, and
 * deletes them. It looks for them when the app begins to take messages, when its channel is new, and from time to time.
 */
export class FormerQueues {
  readonly #options: FormerQueuesOptions;
  readonly #queues: readonly FormerQueue[];
  readonly #timers: NodeJS.Timeout[] = [];
  #takes = false;
  #round: Promise<void> | undefined;

  constructor(options: FormerQueuesOptions) {
    this.#options = options;
    this.#queues = formerAddresses(options.domain, options.address).map((address) => this.#queue(address));
  }

  start(): void {
    this.#timers.push(
      setInterval(() => {
        this.#look(this.#queues.filter(({ exists }) => exists));
      }, LOOK_EVERY_MS).unref(),
      setInterval(() => {
        this.search();
      }, TIMES.announceEveryMs).unref(),
    );
  }

  /** Looks for former queues now. */
  search(): void {
    this.#look(this.#queues);
  }

  /** Takes messages from what there is. */
  resume(): void {
    this.#takes = true;
    this.search();
  }

  /** Takes none; those in hand can still be acknowledged. */
  async pause(): Promise<void> {
    this.#takes = false;
    await Promise.all(this.#queues.map((queue) => queue.pause()));
  }

  async stop(): Promise<void> {
    this.#takes = false;
    for (const timer of this.#timers) clearInterval(timer);
    await this.#round;
    await Promise.all(this.#queues.map((queue) => queue.stop()));
  }

  #look(queues: readonly FormerQueue[]): void {
    if (!this.#takes || queues.length === 0) return;
    this.#round ??= this.#lookAtEach(queues).finally(() => (this.#round = undefined));
  }

  // What cannot be looked at now, because the connection is gone, is looked at the next time.
  async #lookAtEach(queues: readonly FormerQueue[]): Promise<void> {
    for (const queue of queues) {
      const became = await queue.look().catch(() => undefined);
      if (became === 'removed') this.#options.removed();
    }
  }

  #queue(address: QueueAddress): FormerQueue {
    const { link, names, idleMs, removes } = this.#options;
    const queue = names.workQueue(address);
    return new FormerQueue({
      look: () => lookAtQueue(link, queue),
      consumer: () => this.#consumer(queue),
      remove: async () => {
        if (!removes) return false;
        const removed = await deleteFormerQueue(link, names.prefix, address);
        if (removed) link.telemetry.emit('queue.removed', { queue });
        return removed;
      },
      takes: () => this.#takes,
      idleMs,
    });
  }

  async #consumer(queue: string): Promise<Subscriber> {
    const { link, prefetch, handle, lost } = this.#options;
    link.telemetry.emit('queue.found', { queue });
    const subscriber = new Subscriber(link, { queue, prefetch, handle, lost });
    await subscriber.pause();
    subscriber.start();
    return subscriber;
  }
}
