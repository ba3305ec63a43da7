import { type QueueLook, type Subscriber } from '#libs/broker';

/** What a former queue can be asked and told. */
export interface FormerQueueParts {
  /** Undefined when there is no such queue. */
  readonly look: () => Promise<QueueLook | undefined>;
  /** A consumer of the queue that takes nothing yet. */
  readonly consumer: () => Promise<Pick<Subscriber, 'attached' | 'unacknowledged' | 'pause' | 'resume' | 'stop'>>;
  /** False when the queue has come into use again. */
  readonly remove: () => Promise<boolean>;
  /** Whether the app takes messages now. */
  readonly takes: () => boolean;
  /** How long nothing must have been in the queue, and nobody at it, before it is removed, in milliseconds. */
  readonly idleMs: number;
}

/**
 * A queue from which apps of the domain took their work before. It is consumed while messages lie in it. When it is empty,
 * everybody steps back from it, so that apps of an older version that are still at it can be told from those that only
 * empty it. Nobody at it and nothing in it for as long as an ending app may keep a message: then it is removed.
 */
export class FormerQueue {
  readonly #parts: FormerQueueParts;
  #consumer: Awaited<ReturnType<FormerQueueParts['consumer']>> | undefined;
  #idleSince: number | undefined;

  constructor(parts: FormerQueueParts) {
    this.#parts = parts;
  }

  /** Whether the queue was there when it was last looked at. */
  get exists(): boolean {
    return this.#consumer !== undefined;
  }

  /**
   * Does what the state of the queue asks for; says whether that was removing it.
   * @throws what keeps the broker from answering; the next look goes on
   */
  async look(): Promise<'removed' | 'stays'> {
    const seen = await this.#parts.look();
    if (seen === undefined) await this.stop();
    else if ((await this.#tend(seen)) && (await this.#remove())) return 'removed';
    return 'stays';
  }

  /** Takes nothing more; what is in hand can still be acknowledged. */
  async pause(): Promise<void> {
    this.#idleSince = undefined;
    await this.#consumer?.pause();
  }

  async stop(): Promise<void> {
    const consumer = this.#consumer;
    this.#consumer = undefined;
    this.#idleSince = undefined;
    await consumer?.stop();
  }

  /** Comes to the queue or steps back from it; says whether it has been idle for long enough. */
  async #tend({ messages, consumers }: QueueLook): Promise<boolean> {
    const consumer = (this.#consumer ??= await this.#parts.consumer());
    if (!this.#parts.takes()) return false;
    const others = consumers - (consumer.attached ? 1 : 0);
    if (messages > 0) await consumer.resume();
    else if (consumer.unacknowledged === 0) await consumer.pause();
    return this.#idleLongEnough(messages === 0 && others <= 0 && consumer.unacknowledged === 0);
  }

  #idleLongEnough(idle: boolean): boolean {
    this.#idleSince = idle ? (this.#idleSince ?? performance.now()) : undefined;
    return this.#idleSince !== undefined && performance.now() - this.#idleSince >= this.#parts.idleMs;
  }

  async #remove(): Promise<boolean> {
    const removed = await this.#parts.remove();
    if (removed) await this.stop();
    else this.#idleSince = undefined;
    return removed;
  }
}
