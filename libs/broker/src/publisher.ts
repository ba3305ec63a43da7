import { type MessageProperties } from '#libs/contracts';
import { type ConfirmChannel, type Message, type Options } from 'amqplib';
import {
  ChannelLostError,
  ConfirmTimeoutError,
  MessageNackedError,
  MessageReturnedError,
  NotConnectedError,
  type PublishError,
} from './errors.js';
import { LentHeaders } from './lent-headers.js';
import { type BrokerLink } from './link.js';
import { SupervisedChannel } from './supervised-channel.js';

const CONFIRM_TIMEOUT_MS = 30_000;
const NACKED = 'message nacked';

/** A message on its way to an exchange. */
export interface OutgoingMessage {
  readonly exchange: string;
  readonly routingKey: string;
  readonly body: Buffer;
  readonly properties: MessageProperties;
  /** Written to disk by the broker. @default true */
  readonly persistent?: boolean;
  /**
   * Comes back when no queue takes it. `asks`: it is sent to learn that, and operators are not told of an answer.
   * @default true
   */
  readonly mandatory?: boolean | 'asks';
}

interface Pending {
  readonly message: OutgoingMessage;
  since: number;
  readonly settle: (error: PublishError | undefined) => void;
  returned: boolean;
}

/**
 * Publishes with confirms. A promise resolves when the broker has the message in a queue, and rejects with a
 * `PublishError` otherwise: returned, nacked, lost with its channel, or not confirmed within 30 s. Callers bound how much
 * they have in flight. Used on a connection that consumes nothing.
 */
export class Publisher {
  readonly #link: BrokerLink;
  readonly #channel: SupervisedChannel;
  readonly #pending = new Map<string, Pending>();
  readonly #headers = new LentHeaders();
  readonly #sweep: NodeJS.Timeout;
  readonly #readyListeners = new Set<() => void>();
  readonly #lostListeners = new Set<() => void>();
  #sequence = 0;

  /** @param setup runs on each new channel before anything is published on it, to declare what messages are sent to */
  constructor(link: BrokerLink, name: string, setup: (channel: ConfirmChannel) => Promise<void> = async () => {}) {
    this.#link = link;
    this.#channel = new SupervisedChannel(link, {
      name: `publish ${name}`,
      setup: async (channel) => {
        channel.on('return', (message) => this.#returned(message));
        await setup(channel);
        setImmediate(() => this.#announceReady());
      },
      lost: () => {
        this.#failAll();
        for (const listener of this.#lostListeners) listener();
      },
    });
    link.onState((state) => {
      if (state === 'open') this.#announceReady();
    });
    this.#sweep = setInterval(() => this.#expire(), CONFIRM_TIMEOUT_MS / 6).unref();
  }

  /** True while a message can leave at once: connected, and the broker not in alarm. */
  get ready(): boolean {
    return this.#channel.current !== undefined && this.#link.state === 'open';
  }

  start(): void {
    this.#channel.start();
  }

  /** Calls back whenever the publisher has become ready. */
  onReady(listener: () => void): void {
    this.#readyListeners.add(listener);
  }

  /** Calls back whenever a channel is lost, before the publisher is ready again: the broker may be another one then. */
  onLost(listener: () => void): void {
    this.#lostListeners.add(listener);
  }

  /** Settles when the publisher is ready; rejects when the signal aborts first. */
  async whenReady(signal?: AbortSignal): Promise<void> {
    while (!this.ready) {
      signal?.throwIfAborted();
      await new Promise<void>((resolve) => {
        const done = (): void => {
          this.#readyListeners.delete(done);
          signal?.removeEventListener('abort', done);
          resolve();
        };
        this.#readyListeners.add(done);
        signal?.addEventListener('abort', done, { once: true });
      });
    }
  }

  /**
   * Sends a message and waits for its confirm.
   * @throws PublishError
   */
  publish(message: OutgoingMessage): Promise<void> {
    const channel = this.#channel.current;
    if (channel === undefined || this.#link.state !== 'open') return Promise.reject(new NotConnectedError());
    return new Promise((resolve, reject) => {
      const tag = (this.#sequence += 1).toString(36);
      const settle = (error: PublishError | undefined): void => {
        if (!this.#pending.delete(tag)) return;
        if (error === undefined) resolve();
        else reject(error);
      };
      this.#pending.set(tag, { message, since: Date.now(), settle, returned: false });
      try {
        const options = this.#optionsOf(message, tag);
        channel.publish(message.exchange, message.routingKey, message.body, options, (error) =>
          this.#answered(tag, error),
        );
      } catch (error) {
        this.#pending.delete(tag);
        reject(error instanceof RangeError || error instanceof TypeError ? error : new ChannelLostError());
      }
    });
  }

  /** Closes the channel; what is still in flight fails with `ChannelLostError`. */
  async stop(): Promise<void> {
    clearInterval(this.#sweep);
    await this.#channel.stop();
    this.#failAll();
  }

  #optionsOf({ properties, persistent = true, mandatory }: OutgoingMessage, tag: string): Options.Publish {
    const headers = this.#headers.lend(properties.headers);
    return Object.assign({}, properties, { correlationId: tag, persistent, mandatory: mandatory !== false, headers });
  }

  // amqplib answers with one error for a refusal, and with others when the channel is gone.
  #answered(tag: string, error: unknown): void {
    const pending = this.#pending.get(tag);
    if (pending === undefined) return;
    const { exchange, routingKey } = pending.message;
    if (pending.returned) pending.settle(new MessageReturnedError(exchange, routingKey));
    else if (error === null || error === undefined) pending.settle(undefined);
    else if (error instanceof Error && error.message === NACKED) pending.settle(new MessageNackedError());
    else pending.settle(new ChannelLostError());
  }

  // The broker sends a return before the confirm of the same message.
  #returned(message: Message): void {
    const { exchange, routingKey } = message.fields;
    const pending = this.#pending.get(String(message.properties.correlationId));
    if (pending !== undefined) pending.returned = true;
    if (pending?.message.mandatory === 'asks') return;
    this.#link.telemetry.emit('message.returned', { exchange, key: routingKey });
  }

  #failAll(): void {
    for (const pending of [...this.#pending.values()]) pending.settle(new ChannelLostError());
  }

  // A confirm that comes after its time-out would be of no message; a new channel rules that out. A broker in alarm has
  // not read what was sent: it is there when the alarm ends, and would be there twice if it were given up.
  #expire(): void {
    if (this.#link.state === 'blocked') for (const pending of this.#pending.values()) pending.since = Date.now();
    const limit = Date.now() - CONFIRM_TIMEOUT_MS;
    const late = [...this.#pending.values()].filter(({ since }) => since < limit);
    if (late.length === 0) return;
    for (const pending of late) pending.settle(new ConfirmTimeoutError(CONFIRM_TIMEOUT_MS));
    this.#channel.renew();
  }

  #announceReady(): void {
    if (this.ready) for (const listener of [...this.#readyListeners]) listener();
  }
}
