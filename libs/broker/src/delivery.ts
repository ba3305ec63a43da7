import { type MessageProperties } from '#libs/contracts';
import { type Message } from 'amqplib';

/** A message in our hands until it is acknowledged or its channel is gone. */
export interface Delivery {
  readonly properties: MessageProperties;
  readonly body: Buffer;
  readonly routingKey: string;
  readonly exchange: string;
  /** Somebody held it before; that says nothing of whether they died. */
  readonly redelivered: boolean;
  /** The delivery's channel is gone: the broker delivers the message again. */
  readonly gone: boolean;
  /** Does nothing when the delivery's channel is gone: the broker then has the message in the queue again. */
  ack(): void;
}

/** A message of the client's as the suite knows it. */
export function deliveryOf(message: Message, ack: () => void, isGone: () => boolean): Delivery {
  return new AmqpDelivery(message, ack, isGone);
}

class AmqpDelivery implements Delivery {
  readonly properties: MessageProperties;
  readonly body: Buffer;
  readonly routingKey: string;
  readonly exchange: string;
  readonly redelivered: boolean;
  readonly ack: () => void;
  readonly #isGone: () => boolean;

  constructor({ properties, content, fields }: Message, ack: () => void, isGone: () => boolean) {
    this.properties = propertiesOf(properties);
    this.body = content;
    this.routingKey = fields.routingKey;
    this.exchange = fields.exchange;
    this.redelivered = fields.redelivered;
    this.ack = ack;
    this.#isGone = isGone;
  }

  get gone(): boolean {
    return this.#isGone();
  }
}

function propertiesOf(properties: Message['properties']): MessageProperties {
  return {
    headers: properties.headers ?? {},
    ...text('messageId', properties.messageId),
    ...text('type', properties.type),
    ...text('contentType', properties.contentType),
    ...text('appId', properties.appId),
    ...text('userId', properties.userId),
    ...number('priority', properties.priority),
    ...number('timestamp', properties.timestamp),
  };
}

function text<K extends string>(name: K, value: unknown): Partial<Record<K, string>> {
  return typeof value === 'string' ? ({ [name]: value } as Record<K, string>) : {};
}

function number<K extends string>(name: K, value: unknown): Partial<Record<K, number>> {
  return typeof value === 'number' ? ({ [name]: value } as Record<K, number>) : {};
}
