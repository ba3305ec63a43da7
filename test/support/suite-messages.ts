import { type ChannelModel, type ConfirmChannel, connect, type GetMessage, type Options } from 'amqplib';
import { eventually } from './eventually.js';
import { type TestSuite } from './test-suite.js';

/** A service's own connection to the broker of a suite. */
export class SuiteMessages {
  private constructor(
    private readonly connection: ChannelModel,
    private readonly channel: ConfirmChannel,
  ) {}

  static async open(suite: TestSuite): Promise<SuiteMessages> {
    const connection = await connect(suite.servers.rabbitmqUrl);
    return new SuiteMessages(connection, await connection.createConfirmChannel());
  }

  /** Publishes a message, bytes as they are and all else as JSON; resolves when the broker has it. */
  async publish(exchange: string, key: string, body: unknown, options: Options.Publish = {}): Promise<void> {
    const content = Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body));
    this.channel.publish(exchange, key, content, { persistent: true, ...options });
    await this.channel.waitForConfirms();
  }

  /** Takes messages from a queue until there are `count`. */
  async take(queue: string, count = 1): Promise<readonly GetMessage[]> {
    const taken: GetMessage[] = [];
    return eventually(
      `${count} messages in ${queue}`,
      async () => {
        const message = await this.channel.get(queue, { noAck: true });
        if (message !== false) taken.push(message);
        return taken.length >= count ? taken : undefined;
      },
      () => taken.map(({ fields }) => fields.routingKey),
    );
  }

  async deleteQueue(queue: string): Promise<void> {
    await this.channel.deleteQueue(queue);
  }

  /** How many messages lie in a queue, unless none are taken from it at the time. */
  async count(queue: string): Promise<number> {
    return (await this.channel.checkQueue(queue)).messageCount;
  }

  async close(): Promise<void> {
    await this.connection.close();
  }
}
