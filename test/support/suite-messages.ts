import { type ChannelModel, type ConfirmChannel, connect, type GetMessage, type Options } from 'amqplib';
import { eventually } from './eventually.js';
import { type TestSuite } from './test-suite.js';

/** A message as it lay in a queue. */
export interface TakenMessage {
  readonly key: string;
  readonly messageId: string | undefined;
  readonly type: string | undefined;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: Buffer;
}

/** A service's own connection to the broker of a suite. */
export class SuiteMessages {
  private constructor(
    private readonly connection: ChannelModel,
    private readonly channel: ConfirmChannel,
  ) {}

  static async open(suite: TestSuite): Promise<SuiteMessages> {
    const connection = await connect(suite.servers.rabbitmqUrl);
    connection.on('error', () => undefined);
    const channel = await connection.createConfirmChannel();
    channel.on('error', () => undefined);
    return new SuiteMessages(connection, channel);
  }

  /** Publishes a message, bytes as they are and all else as JSON; resolves when the broker has it. */
  async publish(exchange: string, key: string, body: unknown, options: Options.Publish = {}): Promise<void> {
    const content = Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body));
    this.channel.publish(exchange, key, content, { persistent: true, ...options });
    await this.channel.waitForConfirms();
  }

  /** Takes messages from a queue until there is the one that is wanted; the others are gone. */
  async take(queue: string, wanted: (message: TakenMessage) => boolean = () => true): Promise<TakenMessage> {
    const others: TakenMessage[] = [];
    const look = async (): Promise<TakenMessage | undefined> => {
      for (;;) {
        const taken = await this.takeOne(queue);
        if (taken === undefined || wanted(taken)) return taken;
        others.push(taken);
      }
    };
    return eventually(`message in ${queue}`, look, () => others);
  }

  /** Takes every message that lies in a queue. */
  async drain(queue: string): Promise<TakenMessage[]> {
    const all: TakenMessage[] = [];
    for (let taken = await this.takeOne(queue); taken !== undefined; taken = await this.takeOne(queue)) all.push(taken);
    return all;
  }

  /** Waits for a message in a queue and rejects it: the broker dead-letters it. */
  async reject(queue: string): Promise<void> {
    const look = async (): Promise<GetMessage | undefined> => (await this.channel.get(queue)) || undefined;
    this.channel.reject(await eventually(`message in ${queue}`, look), false);
  }

  /** How many messages lie in a queue and are in nobody's hands. */
  async count(queue: string): Promise<number> {
    return (await this.channel.checkQueue(queue)).messageCount;
  }

  async declareQueue(queue: string, args: Readonly<Record<string, unknown>>): Promise<void> {
    await this.channel.assertQueue(queue, { durable: true, arguments: args });
  }

  async bindQueue(queue: string, exchange: string, pattern: string): Promise<void> {
    await this.channel.bindQueue(queue, exchange, pattern);
  }

  async deleteQueue(queue: string): Promise<void> {
    await this.channel.deleteQueue(queue);
  }

  private async takeOne(queue: string): Promise<TakenMessage | undefined> {
    const message = await this.channel.get(queue, { noAck: true });
    return message === false ? undefined : takenOf(message);
  }

  async close(): Promise<void> {
    await this.connection.close();
  }
}

function takenOf({ fields, properties, content }: GetMessage): TakenMessage {
  const { messageId, type, headers } = properties as { messageId?: string; type?: string; headers?: object };
  return { key: fields.routingKey, messageId, type, headers: { ...headers }, body: content };
}
