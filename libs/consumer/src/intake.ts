import { type Subscriber } from '#libs/broker';
import { type ControlEntry } from '#libs/contracts';
import { type Dispatcher } from './dispatcher.js';

/**
 * When an app takes messages: while it follows the control stream, its queue is not paused, it can work, and it does not
 * end.
 */
export class Intake {
  readonly #domain: string;
  readonly #dispatcher: Pick<Dispatcher, 'open' | 'hold' | 'void'>;
  readonly #subscriber: Pick<Subscriber, 'pause' | 'resume' | 'attached'>;
  #following = false;
  #paused = false;
  /** Of the pause or resume that counts. */
  #version = -1;
  #standstill: string | undefined;
  #workAgain: NodeJS.Timeout | undefined;
  #ending = false;
  #taking = false;
  #change = Promise.resolve();
  #enter!: () => void;
  /** Settles when messages can come for the first time, or the queue is paused. */
  readonly entered = new Promise<void>((resolve) => (this.#enter = resolve));

  constructor(
    domain: string,
    dispatcher: Pick<Dispatcher, 'open' | 'hold' | 'void'>,
    subscriber: Pick<Subscriber, 'pause' | 'resume' | 'attached'>,
  ) {
    this.#domain = domain;
    this.#dispatcher = dispatcher;
    this.#subscriber = subscriber;
  }

  /** What keeps messages from coming, or undefined when they come, somebody has paused the queue, or the app cannot work. */
  get obstacle(): string | undefined {
    if (!this.#following) return 'the control stream has not been read yet';
    const isLetGo = this.#paused || this.#standstill !== undefined;
    return isLetGo || this.#subscriber.attached ? undefined : 'the consumer is not attached to its queue';
  }

  /** Why the app cannot work; undefined when it can. */
  get standstill(): string | undefined {
    return this.#standstill;
  }

  /** Acts on a control entry that is about messages. */
  obey(entry: ControlEntry): void {
    if (entry.type === 'void') this.#dispatcher.void(entry.runs);
    if (entry.type === 'pause' || entry.type === 'resume') this.#set(entry);
    void this.#decide();
  }

  /** Whether everything on the control stream has been seen. */
  follow(following: boolean): void {
    this.#following = following;
    void this.#decide();
  }

  /** The consumer has come to its queue: it may have been away when messages were first wanted. */
  attach(): void {
    void this.#decide();
  }

  /**
   * Takes nothing for a while: the app cannot work. Of several such times the last to end counts.
   * @returns whether that is news: jobs that were in hand together meet the same reason, one after the other
   */
  halt(reason: string, waitMs: number): boolean {
    const isNews = this.#standstill !== reason;
    this.#standstill = reason;
    clearTimeout(this.#workAgain);
    this.#workAgain = setTimeout(() => {
      this.#standstill = undefined;
      void this.#decide();
    }, waitMs).unref();
    void this.#decide();
    return isNews;
  }

  /** Takes nothing more. */
  async end(): Promise<void> {
    this.#ending = true;
    clearTimeout(this.#workAgain);
    await this.#decide();
  }

  #set({ type, queue, version }: Extract<ControlEntry, { queue: string }>): void {
    if (queue !== this.#domain || version < this.#version) return;
    this.#version = version;
    this.#paused = type === 'pause';
  }

  // One change at a time: a consumer that is being attached cannot be detached yet.
  async #decide(): Promise<void> {
    const able = this.#standstill === undefined && !this.#ending;
    const takes = this.#following && !this.#paused && able;
    if (takes !== this.#taking) {
      this.#taking = takes;
      if (takes) this.#dispatcher.open();
      else this.#dispatcher.hold();
      this.#change = this.#change.then(() => (takes ? this.#subscriber.resume() : this.#subscriber.pause()));
    }
    await this.#change;
    if (this.obstacle === undefined) this.#enter();
  }
}
