import { type BrokerConfig } from '#libs/config';
import { type Channel } from 'amqplib';
import { checkTopology } from './check.js';
import { OlderQueueError, TopologyConflictError, TopologyForbiddenError } from './errors.js';
import { isRefusal } from './own-channel.js';
import { type BrokerTraits } from './suite-topology.js';
import { type QueueSpec, type Topology } from './topology.js';

const ACCESS_REFUSED = 403;
const PRECONDITION_FAILED = 406;

/**
 * Declares a topology on a channel; what exists already with the same properties is left as it is. Nothing is deleted.
 * @throws TopologyConflictError when an exchange or queue exists with other properties; the channel is then closed
 * @throws TopologyForbiddenError when the user may not make one, or not bind it; the channel is then closed
 */
export async function declareTopology(channel: Channel, topology: Topology): Promise<void> {
  try {
    const waysIn = topology.exchanges.filter(({ alternate }) => alternate !== undefined);
    const needsWayIn = ({ from, to }: Topology['bindings'][number]): boolean =>
      waysIn.some(({ name }) => name === from || ('exchange' in to && name === to.exchange));
    await assertExchanges(
      channel,
      topology.exchanges.filter(({ alternate }) => alternate === undefined),
    );
    await Promise.all(
      topology.queues.map(({ name, exclusive = false, arguments: own }) =>
        channel.assertQueue(name, { durable: !exclusive, exclusive, arguments: own }),
      ),
    );
    await bindAll(
      channel,
      topology.bindings.filter((binding) => !needsWayIn(binding)),
    );
    // Last: the broker confirms what services publish as soon as the exchange is there, also when it leads nowhere yet.
    await assertExchanges(channel, waysIn);
    await bindAll(channel, topology.bindings.filter(needsWayIn));
  } catch (error) {
    if (isRefusal(error, ACCESS_REFUSED)) throw new TopologyForbiddenError(error.message);
    if (isRefusal(error, PRECONDITION_FAILED)) throw new TopologyConflictError(error.message);
    throw error;
  }
}

async function assertExchanges(channel: Channel, exchanges: Topology['exchanges']): Promise<void> {
  await Promise.all(
    exchanges.map(({ name, type, alternate }) =>
      channel.assertExchange(name, type, {
        durable: true,
        ...(alternate === undefined ? {} : { alternateExchange: alternate }),
      }),
    ),
  );
}

async function bindAll(channel: Channel, bindings: Topology['bindings']): Promise<void> {
  await Promise.all(
    bindings.map(({ from, to, pattern }) =>
      'queue' in to ? channel.bindQueue(to.queue, from, pattern) : channel.bindExchange(to.exchange, from, pattern),
    ),
  );
}

function traitsOf(channel: Channel, queueType: BrokerConfig['queueType']): BrokerTraits {
  return { queueType, major: Number.parseInt(channel.connection.serverProperties.version, 10) };
}

const DELIVERY_LIMIT = 'x-delivery-limit';

/**
 * A channel's setup that sees to a topology once for all channels of a connection: declares it, or, with `TOPOLOGY=check`,
 * looks whether it is there. When one of them closes, the next does it again: the reason may be that something of the
 * topology was deleted.
 *
 * A quorum queue that was made before its broker was upgraded to 4.x has no delivery limit in its arguments, and cannot
 * get one. The broker tells of one such queue at a time and closes the channel: the setup throws an `OlderQueueError` for
 * each, and declares it as it is from then on.
 */
export function declaresOnce(
  { queueType, topology: mode }: Pick<BrokerConfig, 'queueType' | 'topology'>,
  topologyOf: (traits: BrokerTraits) => Topology,
): (channel: Channel) => Promise<void> {
  const declared = new WeakMap<object, Promise<void>>();
  const older = new Set<string>();
  const declare = async (channel: Channel): Promise<void> => {
    if (mode === 'check') return checkTopology(channel, topologyOf(traitsOf(channel, queueType)));
    const topology = withoutLimit(topologyOf(traitsOf(channel, queueType)), older);
    try {
      await declareTopology(channel, topology);
    } catch (error) {
      const queue = limitedQueue(topology, error);
      if (queue === undefined) throw error;
      older.add(queue);
      throw new OlderQueueError(queue);
    }
  };
  return (channel) => {
    const { connection } = channel;
    const done = declared.get(connection) ?? declare(channel);
    declared.set(connection, done);
    channel.once('close', () => declared.delete(connection));
    return done;
  };
}

/** The queue whose limit is all that the broker minds; undefined when taking the limit away would mend nothing. */
function limitedQueue({ queues }: Topology, error: unknown): string | undefined {
  if (!(error instanceof TopologyConflictError) || error.property !== DELIVERY_LIMIT) return undefined;
  return queues.find(({ name, arguments: own }) => name === error.of && DELIVERY_LIMIT in own)?.name;
}

function withoutLimit(topology: Topology, queues: ReadonlySet<string>): Topology {
  return { ...topology, queues: topology.queues.map((queue) => (queues.has(queue.name) ? unlimited(queue) : queue)) };
}

function unlimited({ name, arguments: { [DELIVERY_LIMIT]: _limit, ...others } }: QueueSpec): QueueSpec {
  return { name, arguments: others };
}
