import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { type BrokerNames, type DeadLetter, publishDeadLetter, type Publisher } from '#libs/broker';
import { type DeadLetters, type Delivery, type Unreadable } from './ports.js';

const PAUSE_MS = 1_000;

/** Where a message came from, for the headers of its dead letter. */
export interface LetterSource {
  readonly domain: string;
  readonly queue: string;
  readonly worker: string;
}

/** The dead letters of a domain in the broker. A message is sent there until the broker confirms it. */
export class BrokerDeadLetters implements DeadLetters {
  readonly #publisher: Publisher;
  readonly #names: BrokerNames;
  readonly #source: LetterSource;
  readonly #signal: AbortSignal;

  constructor(publisher: Publisher, names: BrokerNames, source: LetterSource, signal: AbortSignal) {
    this.#publisher = publisher;
    this.#names = names;
    this.#source = source;
    this.#signal = signal;
  }

  async bury(delivery: Delivery, why: Unreadable): Promise<void> {
    const letter = this.#letterOf(delivery, why);
    for (;;) {
      await this.#publisher.whenReady(this.#signal);
      try {
        await publishDeadLetter(this.#publisher, this.#names, letter);
        return;
      } catch {
        await delay(PAUSE_MS, undefined, { signal: this.#signal });
      }
    }
  }

  #letterOf({ body, properties }: Delivery, { code, reason: message }: Unreadable): DeadLetter {
    const { domain, queue: source, worker } = this.#source;
    const reason = { id: randomUUID(), code, message, diedAt: new Date(), worker, source };
    return { domain, kind: 'unreadable', body, properties, reason };
  }
}
