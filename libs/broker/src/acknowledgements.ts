import { type Channel, type ConsumeMessage, type Message } from 'amqplib';

/**
 * Acknowledges the deliveries of one channel, those of one turn of the event loop together: up to the oldest that is still in
 * somebody's hands one acknowledgement stands for all, so that the broker has less to read.
 */
export class Acknowledgements {
  readonly #channel: Pick<Channel, 'ack'>;
  /** What is not acknowledged, in the order of the deliveries: their tags, and those of the consumers that they came to. */
  readonly #inHand = new Map<number, string>();
  readonly #said: Message[] = [];

  constructor(channel: Pick<Channel, 'ack'>) {
    this.#channel = channel;
  }

  /** How many deliveries the broker waits for. */
  get outstanding(): number {
    return this.#inHand.size;
  }

  /** How many of these came to other consumers than the ones named. */
  besides(consumerTags: readonly string[]): number {
    return [...this.#inHand.values()].filter((tag) => !consumerTags.includes(tag)).length;
  }

  /** A delivery has come. */
  expect({ fields }: ConsumeMessage): void {
    this.#inHand.set(fields.deliveryTag, fields.consumerTag);
  }

  /** A delivery is done with. Saying it twice says it once. */
  say(message: Message): void {
    if (!this.#inHand.delete(message.fields.deliveryTag)) return;
    this.#said.push(message);
    if (this.#said.length === 1) setImmediate(() => this.flush());
  }

  /** Sends at once what was said. */
  flush(): void {
    const said = this.#said.splice(0).sort((one, other) => one.fields.deliveryTag - other.fields.deliveryTag);
    const [oldestInHand = Infinity] = this.#inHand.keys();
    const together = said.filter(({ fields }) => fields.deliveryTag < oldestInHand);
    try {
      const last = together.at(-1);
      if (last !== undefined) this.#channel.ack(last, true);
      for (const message of said.slice(together.length)) this.#channel.ack(message);
    } catch {
      // The channel is closing: the broker has the messages in the queue again.
    }
  }
}
