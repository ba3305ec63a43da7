import { type ChannelModel, type ConfirmChannel } from 'amqplib';
import { Backoff } from './backoff.js';
import { closeSoon } from './closing.js';
import { OlderQueueError } from './errors.js';
import { type BrokerLink } from './link.js';

/** What a channel's owner wants done with each new channel, and when it is gone. */
export interface ChannelOwner {
  readonly name: string;
  /**
   * Runs on each new channel before it counts as open; when it throws, the channel is closed and tried again: after a pause,
   * or at once after an `OlderQueueError`.
   */
  setup(channel: ConfirmChannel): Promise<void>;
  /** The channel is gone; what it had in flight is lost. */
  lost(channel: ConfirmChannel): void;
}

/**
 * A channel that comes back: after the connection's end as well as after the broker closed the channel alone. amqplib
 * offers neither for channels. A channel object never outlives its closing; whoever holds one compares it with `current`.
 */
export class SupervisedChannel {
  readonly #link: BrokerLink;
  readonly #owner: ChannelOwner;
  readonly #backoff = new Backoff();
  readonly #ended = new AbortController();
  #current: ConfirmChannel | undefined;
  #supervision: Promise<void> | undefined;
  /** Ends the present channel, also while it is being set up. */
  #release: () => void = () => undefined;

  constructor(link: BrokerLink, owner: ChannelOwner) {
    this.#link = link;
    this.#owner = owner;
  }

  /** The open channel, set up; undefined while there is none. */
  get current(): ConfirmChannel | undefined {
    return this.#current;
  }

  start(): void {
    this.#supervision ??= this.#supervise();
  }

  /** Closes the channel for good, after what was written to it has been sent. Idempotent. */
  async stop(): Promise<void> {
    this.#ended.abort();
    this.#release();
    if (this.#link.state !== 'connecting') await this.#supervision;
  }

  /** Closes the present channel only; a new one follows. */
  renew(): void {
    this.#release();
  }

  async #supervise(): Promise<void> {
    while (!this.#ended.signal.aborted) {
      const model = await this.#link.connection();
      if (model === undefined) return;
      try {
        await this.#serve(model);
      } catch (error) {
        this.#report(error);
        if (error instanceof OlderQueueError) continue;
      }
      await this.#backoff.wait(this.#ended.signal);
    }
  }

  async #serve(model: ChannelModel): Promise<void> {
    const channel = await model.createConfirmChannel({ highWaterMark: 4_096 });
    let reason: Error | undefined;
    channel.on('error', (error) => (reason = error));
    const closed = new Promise<void>((resolve) => channel.once('close', resolve));
    const released = new Promise<void>((resolve) => (this.#release = resolve));
    if (this.#ended.signal.aborted) this.#release();
    try {
      const isSetUp = this.#owner.setup(channel).then(() => true);
      if (await Promise.race([isSetUp, released.then(() => false)])) {
        this.#current = channel;
        this.#backoff.reset();
        await Promise.race([closed, released]);
      }
    } catch (error) {
      throw error instanceof OlderQueueError ? error : (reason ?? error);
    } finally {
      // One that was left open would go on to take deliveries that nobody acknowledges.
      this.#current = undefined;
      await closeSoon(channel);
      this.#owner.lost(channel);
    }
    if (reason !== undefined) throw reason;
  }

  #report(error: unknown): void {
    this.#link.telemetry.emit('channel.closed', {
      channel: this.#owner.name,
      reason: error instanceof Error ? error.message : String(error),
    });
  }
}
