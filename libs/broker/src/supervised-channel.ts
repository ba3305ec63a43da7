import { type ChannelModel, type ConfirmChannel } from 'amqplib';
import { Backoff } from './backoff.js';
import { closeSoon } from './closing.js';
import { type BrokerLink } from './link.js';

/** What a channel's owner wants done with each new channel, and when it is gone. */
export interface ChannelOwner {
  readonly name: string;
  /** Runs on each new channel before it counts as open; when it throws, the channel is closed and tried again. */
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
  /** Gives up a channel whose closing nobody confirms. */
  #abandon: () => void = () => undefined;

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
    await closeSoon(this.#current);
    this.#abandon();
    if (this.#link.state !== 'connecting') await this.#supervision;
  }

  /** Closes the present channel only; a new one follows. */
  async renew(): Promise<void> {
    await closeSoon(this.#current);
    this.#abandon();
  }

  async #supervise(): Promise<void> {
    while (!this.#ended.signal.aborted) {
      const model = await this.#link.connection();
      if (model === undefined) return;
      try {
        await this.#serve(model);
      } catch (error) {
        this.#report(error);
      }
      await this.#backoff.wait(this.#ended.signal);
    }
  }

  async #serve(model: ChannelModel): Promise<void> {
    const channel = await model.createConfirmChannel({ highWaterMark: 4_096 });
    let reason: Error | undefined;
    channel.on('error', (error) => (reason = error));
    const closed = new Promise<void>((resolve) => {
      channel.once('close', resolve);
      this.#abandon = resolve;
    });
    try {
      await this.#owner.setup(channel);
      this.#current = channel;
      if (this.#ended.signal.aborted) await closeSoon(channel);
      this.#backoff.reset();
      await closed;
    } catch (error) {
      await closeSoon(channel);
      throw reason ?? error;
    } finally {
      this.#current = undefined;
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
