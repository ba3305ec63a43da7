import { type ConfirmChannel, type Replies } from 'amqplib';
import { Acknowledgements } from './acknowledgements.js';

/**
 * While deliveries are in hand whose consumer is no more, it is looked whether others can come in place of some: after so long, and
 * then after twice as long each time. So runs that end one after the other do not have a consumer each.
 */
const FIRST_LOOK_MS = 100;
const LONGEST_LOOK_MS = 5_000;

/** What one channel's consumers are made of. */
interface ConsumerParts {
  /** Makes the channel ready to consume on. */
  readonly prepare: () => Promise<void>;
  /** How many deliveries there may be at once; 0: no consumer is wanted. */
  readonly limit: () => number;
  readonly consume: () => Promise<Replies.Consume>;
}

interface Consumer {
  readonly tag: string;
  /** Unacknowledged deliveries of its own at once. */
  readonly limit: number;
}

/**
 * A channel with the consumers that are wanted, whenever that changes: mostly one. What may come to all, and what is in hand of those
 * that are no more, is not more than there may be at once, except when that has just become less.
 */
export class LiveChannel {
  readonly acknowledgements: Acknowledgements;
  /** Deliveries come, or would if there were not as many in hand as may be. */
  attached = false;
  readonly #parts: ConsumerParts;
  #consumers: Consumer[] = [];
  #change: Promise<void>;
  #lookAgain: NodeJS.Timeout | undefined;
  #lookAfterMs = FIRST_LOOK_MS;
  #ended = false;

  constructor(
    readonly channel: ConfirmChannel,
    parts: ConsumerParts,
  ) {
    this.acknowledgements = new Acknowledgements(channel);
    this.#parts = parts;
    this.#change = parts.prepare();
  }

  /** More is in hand, or may come, than there may be at once. */
  get overfull(): boolean {
    return this.#surplus > 0;
  }

  /** The broker has ended the consumers, or the channel. */
  end(): void {
    this.#ended = true;
    this.#consumers = [];
    this.attached = false;
    clearTimeout(this.#lookAgain);
  }

  /**
   * Settles when as much can come as is wanted. One change at a time, each by what is wanted when its turn has come: so the last one
   * that was asked for holds, also while the channel is being made.
   */
  align(): Promise<void> {
    this.#lookAfterMs = FIRST_LOOK_MS;
    return this.#alignNext();
  }

  #alignNext(): Promise<void> {
    this.#change = this.#change.then(() => this.#align());
    return this.#change;
  }

  // What is left behind becomes only less while consumers are added, so there is an end to it.
  async #align(): Promise<void> {
    while (this.overfull && this.#consumers.length > 0) await this.#cancelNewest();
    while (this.#surplus < 0 && !this.#ended) await this.#add(-this.#surplus);
    if (this.#ended) return;
    this.attached = this.#parts.limit() > 0;
    clearTimeout(this.#lookAgain);
    if (this.attached && this.#leftBehind > 0) this.#lookLater();
  }

  #lookLater(): void {
    this.#lookAgain = setTimeout(() => {
      this.#alignNext().catch(() => undefined);
    }, this.#lookAfterMs).unref();
    this.#lookAfterMs = Math.min(2 * this.#lookAfterMs, LONGEST_LOOK_MS);
  }

  async #cancelNewest(): Promise<void> {
    const newest = this.#consumers.pop();
    if (newest !== undefined) await this.channel.cancel(newest.tag);
  }

  async #add(limit: number): Promise<void> {
    await this.channel.prefetch(limit);
    this.#consumers.push({ tag: (await this.#parts.consume()).consumerTag, limit });
  }

  /** By how much what may come, and what is in hand of consumers that are no more, is more than there may be. */
  get #surplus(): number {
    return this.#mayCome + this.#leftBehind - this.#parts.limit();
  }

  /** Deliveries that consumers may have at once, with those that they have. */
  get #mayCome(): number {
    return this.#consumers.reduce((sum, { limit }) => sum + limit, 0);
  }

  /** Deliveries in hand whose consumer is no more: they count for none of the others. */
  get #leftBehind(): number {
    return this.acknowledgements.besides(this.#consumers.map(({ tag }) => tag));
  }
}
