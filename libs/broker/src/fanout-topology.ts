import { brokerNames } from './names.js';
import { type Topology } from './topology.js';

const MIB = 1024 * 1024;

/**
 * What a gateway adds to hear of changes. Its queue is bounded, as what a gateway that stands still misses can be read from the
 * ledger.
 * @param id names the queue
 */
export function liveTopology(prefix: string, id: string): Topology {
  return followed(brokerNames(prefix).live, id);
}

/**
 * What a process of a consumer app adds to hear the others of its app: a queue of its own. It is bounded, as they say everything
 * again.
 * @param id names the queue
 */
export function peerTopology(prefix: string, domain: string, id: string): Topology {
  return followed(brokerNames(prefix).peers(domain), id);
}

/** A queue that is gone with its connection. */
function followed(exchange: string, id: string): Topology {
  const queue = `${exchange}.${id}`;
  return {
    exchanges: [],
    queues: [
      {
        name: queue,
        exclusive: true,
        arguments: { 'x-queue-type': 'classic', 'x-overflow': 'drop-head', 'x-max-length-bytes': 16 * MIB },
      },
    ],
    bindings: [{ from: exchange, to: { queue }, pattern: '' }],
  };
}
