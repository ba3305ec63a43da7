import { randomUUID } from 'node:crypto';
import { type ConfirmChannel } from 'amqplib';
import { declareTopology } from './declare.js';
import { type Delivery } from './delivery.js';
import { type BrokerLink } from './link.js';
import { type Publisher } from './publisher.js';
import { Subscriber } from './subscriber.js';
import { type Topology } from './topology.js';

const PREFETCH = 100;

/**
 * Tells everybody who follows a fanout exchange now. What nobody follows is gone.
 * @throws PublishError
 */
export async function publishFanout(publisher: Publisher, exchange: string, body: Buffer): Promise<void> {
  await publisher.publish({
    exchange,
    routingKey: '',
    body,
    properties: { contentType: 'application/json', headers: {} },
    persistent: false,
    mandatory: false,
  });
}

export interface FanoutFollowerOptions {
  /** What is declared to follow: its first queue is the follower's own. @param id names that queue */
  readonly topologyOf: (id: string) => Topology;
  /** Declares what is shared. */
  readonly setup: (channel: ConfirmChannel) => Promise<void>;
  readonly onMessage: (body: Buffer) => void;
  /** What is told from now on is heard. */
  readonly onAttached?: () => void;
}

/**
 * Hears what is told on a fanout exchange while it is connected; what is told meanwhile is missed. Each channel has a
 * queue of its own, so that one which the broker still keeps for a connection that was cut off is in nobody's way.
 */
export class FanoutFollower {
  readonly #subscriber: Subscriber;

  constructor(link: BrokerLink, { topologyOf, setup, onMessage, onAttached }: FanoutFollowerOptions) {
    let queue = '';
    this.#subscriber = new Subscriber(link, {
      get queue() {
        return queue;
      },
      prefetch: PREFETCH,
      setup: async (channel) => {
        await setup(channel);
        const topology = topologyOf(randomUUID());
        await declareTopology(channel, topology);
        queue = topology.queues[0]?.name ?? '';
        onAttached?.();
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
