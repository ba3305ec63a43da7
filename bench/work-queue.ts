import { type Options } from 'amqplib';
import { domainTopology } from '#libs/broker';

/** How a work queue of ours is declared, but for its name. */
export function workQueueOptions(queueType: 'classic' | 'quorum'): Options.AssertQueue {
  // The broker's version only decides how its limit of deliveries is lifted, which no message here reaches.
  const [queue] = domainTopology('leveret', 'bench', { queueType, major: 3 }).queues;
  return { durable: true, arguments: queue?.arguments };
}
