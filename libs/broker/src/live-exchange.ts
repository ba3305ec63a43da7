import { randomUUID } from 'node:crypto';
import { type ConfirmChannel } from 'amqplib';
import { declareTopology } from './declare.js';
import { type Delivery } from './delivery.js';
import { type BrokerLink } from './link.js';
import { liveTopology } from './live-topology.js';
import { type BrokerNames } from './names.js';
import { type Publisher } from './publisher.js';
import { Subscriber } from './subscriber.js';

const PREFETCH = 100;

/**
 * Tells everybody who follows the live exchange now. What nobody follows is gone.
 * @throws PublishError
 */
export async function publishLive(publisher: Publisher, names: BrokerNames, body: Buffer): Promise<void> {
  await publisher.publish({
    exchange: names.live,
    routingKey: '',
    body,
    properties: { contentType: 'application/json', headers: {} },
    persistent: false,
    mandatory: false,
  });
}

export interface LiveFollowerOptions {
  readonly names: BrokerNames;
  /** Declares what is shared. */
  readonly setup: (channel: ConfirmChannel) => Promise<void>;
  readonly onMessage: (body: Buffer) => void;
}

/**
 * Hears what is told on the live exchange while it is connected; what is told meanwhile is missed. Each channel has a
 * queue of its own, so that one which the broker still keeps for a connection that was cut off is in nobody's way.
 */
export class LiveFollower {
  readonly #subscriber: Subscriber;

  constructor(link: BrokerLink, { names, setup, onMessage }: LiveFollowerOptions) {
    let queue = '';
    this.#subscriber = new Subscriber(link, {
      get queue() {
        return queue;
      },
      prefetch: PREFETCH,
      setup: async (channel) => {
        await setup(channel);
        const topology = liveTopology(names.prefix, randomUUID());
        await declareTopology(channel, topology);
        queue = topology.queues[0]?.name ?? '';
      },
      handle: (delivery: Delivery) => {
        delivery.ack();
        onMessage(delivery.body);
      },
    });
  }

  start(): void {
    this.#subscriber.start();
  }

  async stop(): Promise<void> {
    await this.#subscriber.stop();
  }
}
