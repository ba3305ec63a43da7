import { once } from 'node:events';
import { type ChannelModel, type ConfirmChannel, connect, type Options } from 'amqplib';
import { type Certainty } from './history.js';

const CONFIRM_PATIENCE_MS = 15_000;

/** A service that publishes to the broker, connects again when it has to, and knows what it does not know. */
export class JobPublisher {
  #connection: ChannelModel | undefined;
  #channel: Promise<ConfirmChannel> | undefined;

  constructor(private readonly url: string) {}

  /** `ok` when the broker has confirmed, `fail` when nothing was sent, `unknown` when no confirm came. */
  async publish(exchange: string, key: string, body: Buffer, options: Options.Publish): Promise<Certainty> {
    let channel: ConfirmChannel;
    try {
      channel = await this.#open();
    } catch {
      await this.close();
      return 'fail';
    }
    const confirmed = new Promise<Certainty>((resolve) => {
      channel.publish(exchange, key, body, { persistent: true, ...options }, (error: unknown) => {
        resolve(error === null || error === undefined ? 'ok' : 'unknown');
      });
    });
    return Promise.race([confirmed, lost(channel)]).catch(() => 'unknown' as const);
  }

  async close(): Promise<void> {
    const connection = this.#connection;
    this.#forget();
    await connection?.close().catch(() => undefined);
  }

  #open(): Promise<ConfirmChannel> {
    this.#channel ??= this.#connect();
    return this.#channel;
  }

  async #connect(): Promise<ConfirmChannel> {
    const connection = await connect(this.url, { timeout: 3_000 });
    this.#connection = connection;
    connection.on('error', () => undefined);
    connection.on('close', () => {
      this.#forget();
    });
    const channel = await connection.createConfirmChannel();
    channel.setMaxListeners(0);
    channel.on('error', () => undefined);
    channel.on('close', () => {
      if (this.#connection === connection) void this.close();
    });
    return channel;
  }

  #forget(): void {
    [this.#connection, this.#channel] = [undefined, undefined];
  }
}

/** Settles when a confirm will not come any more. */
async function lost(channel: ConfirmChannel): Promise<Certainty> {
  await once(channel, 'close', { signal: AbortSignal.timeout(CONFIRM_PATIENCE_MS) });
  return 'unknown';
}
