import { type Channel } from 'amqplib';
import { TopologyMissingError } from './errors.js';
import { isRefusal } from './own-channel.js';
import { type Topology } from './topology.js';

const NOT_FOUND = 404;

/**
 * Sees that what a topology shares is there, and makes nothing but queues of this connection's own, with their bindings. It
 * needs no right to configure what others use. The arguments of a queue, and bindings, cannot be seen over AMQP.
 * @throws TopologyMissingError with the first exchange or queue that is not there; the channel is then closed
 */
export async function checkTopology(channel: Channel, { exchanges, queues, bindings }: Topology): Promise<void> {
  const own = queues.filter(({ exclusive }) => exclusive === true);
  for (const { name } of exchanges) await seen('exchange', name, channel.checkExchange(name));
  for (const { name } of queues.filter((queue) => !own.includes(queue))) {
    await seen('queue', name, channel.checkQueue(name));
  }
  for (const { name, arguments: its } of own) {
    await channel.assertQueue(name, { durable: false, exclusive: true, arguments: its });
  }
  for (const { from, to, pattern } of bindings) {
    if ('queue' in to && own.some(({ name }) => name === to.queue)) await channel.bindQueue(to.queue, from, pattern);
  }
}

async function seen(kind: 'exchange' | 'queue', name: string, look: Promise<unknown>): Promise<void> {
  try {
    await look;
  } catch (error) {
    if (isRefusal(error, NOT_FOUND)) throw new TopologyMissingError(kind, name);
    throw error;
  }
}
