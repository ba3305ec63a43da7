import { type ChannelModel, type ConfirmChannel, connect, type Options } from 'amqplib';
import { inLanes } from './lanes.js';

const UNCONFIRMED = 500;

/** A channel to the broker that is open before anything is measured, for persistent messages that are confirmed. */
export class Publisher {
  private constructor(
    private readonly connection: ChannelModel,
    readonly channel: ConfirmChannel,
  ) {}

  static async open(url: string): Promise<Publisher> {
    const connection = await connect(url, { noDelay: true });
    // The broker may end first, when the benchmarks are interrupted; what waits for a confirmation hears of it.
    connection.on('error', () => undefined);
    const channel = await connection.createConfirmChannel();
    channel.on('error', () => undefined);
    return new Publisher(connection, channel);
  }

  /** Publishes a message for each value by `publish`, with as many unconfirmed at any time as may be. */
  all<T>(values: readonly T[], publish: (value: T) => Promise<void>): Promise<void> {
    return inLanes(values, UNCONFIRMED, publish);
  }

  /** Resolves when the broker has confirmed the message. */
  publish(exchange: string, key: string, payload: object, properties: Options.Publish = {}): Promise<void> {
    const body = Buffer.from(JSON.stringify(payload));
    const options = { persistent: true, contentType: 'application/json', ...properties };
    return new Promise((resolve, reject) => {
      this.channel.publish(exchange, key, body, options, (error: unknown) => {
        if (error === null || error === undefined) resolve();
        else reject(new Error('The broker refused a message.'));
      });
    });
  }

  async close(): Promise<void> {
    await this.connection.close();
  }
}
