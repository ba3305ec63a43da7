import { Batcher } from '#libs/batching';
import {
  type BrokerLink,
  type BrokerNames,
  type Delivery,
  SettlingSubscriber,
  type SubscriberOptions,
} from '#libs/broker';
import { type Telemetry } from '#libs/observability';
import { blamesContent } from '../ledger/database.js';
import { type Arrival, type DeadMessageStore } from '../ledger/dead-message-store.js';
import { type Dispatch } from '../ledger/outbox.js';
import { type TaskStore } from '../ledger/task-store.js';
import { readLetter } from './read-letter.js';

/** Messages read ahead; each may be as large as the broker lets it be. */
const PREFETCH = 50;
const PRUNE_EVERY = 1_000;

export interface DeadLetterReaderParts {
  readonly link: BrokerLink;
  readonly names: BrokerNames;
  readonly setup: NonNullable<SubscriberOptions['setup']>;
  readonly tasks: Pick<TaskStore, 'find'>;
  readonly messages: DeadMessageStore;
  readonly dispatch: Pick<Dispatch, 'wake'>;
  readonly telemetry: Telemetry;
}

/**
 * Reads what the broker's dead-letter exchange gets and enters what the ledger does not have: messages that are no job's,
 * and the ends of jobs whose message the broker itself has dead-lettered. A message is acknowledged when it is committed.
 */
export class DeadLetterReader {
  readonly #parts: DeadLetterReaderParts;
  readonly #subscriber: SettlingSubscriber;
  readonly #entering: Batcher<Arrival, undefined>;
  #sincePruned = 0;

  constructor(parts: DeadLetterReaderParts) {
    this.#parts = parts;
    this.#subscriber = new SettlingSubscriber(parts.link, {
      ...{ queue: parts.names.deadLetters, where: 'dead letters', prefetch: PREFETCH, setup: parts.setup },
      begin: (delivery) => this.#begin(delivery),
    });
    this.#entering = new Batcher(async (arrivals) => {
      await this.#enter(arrivals);
      return arrivals.map(() => undefined);
    }, blamesContent);
  }

  start(): void {
    this.#subscriber.start();
  }

  /** Takes no more, and settles when what was taken is committed and acknowledged. */
  async stop(): Promise<void> {
    await this.#subscriber.stop();
  }

  #begin(delivery: Delivery): () => Promise<void> {
    const { names, tasks } = this.#parts;
    const read = readLetter(delivery, names, tasks);
    return async () => {
      if (read.kind !== 'copy') await this.#enterReadable(read);
    };
  }

  // What the ledger cannot hold of a message is left out: that it was there, and where it came from, is always kept.
  async #enterReadable(arrival: Arrival): Promise<void> {
    try {
      await this.#entering.add(arrival);
    } catch (error) {
      if (!blamesContent(error)) throw error;
      const letter = arrival.kind === 'run' ? arrival.run.letter : arrival.letter;
      const message = { ...letter.message, headers: {}, clipped: true };
      await this.#entering.add({ kind: 'message', letter: { ...letter, payload: '', message } });
    }
  }

  async #enter(arrivals: readonly Arrival[]): Promise<void> {
    const { messages, dispatch, telemetry } = this.#parts;
    if (await messages.enter(arrivals)) dispatch.wake();
    telemetry.emit('letters.entered', { count: arrivals.length });
    this.#sincePruned += arrivals.length;
    if (this.#sincePruned < PRUNE_EVERY) return;
    this.#sincePruned = 0;
    await messages.prune().catch(() => undefined); // the next thousand try again
  }
}
