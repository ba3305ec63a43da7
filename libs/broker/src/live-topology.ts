import { brokerNames } from './names.js';
import { type Topology } from './topology.js';

const MIB = 1024 * 1024;

/**
 * What a gateway adds to hear of changes: a queue that is gone with its connection. It is bounded, as what a gateway that
 * stands still misses can be read from the ledger.
 * @param id names the queue
 */
export function liveTopology(prefix: string, id: string): Topology {
  const names = brokerNames(prefix);
  const queue = `${names.live}.${id}`;
  return {
    exchanges: [],
    queues: [
      {
        name: queue,
        exclusive: true,
        arguments: { 'x-queue-type': 'classic', 'x-overflow': 'drop-head', 'x-max-length-bytes': 16 * MIB },
      },
    ],
    bindings: [{ from: names.live, to: { queue }, pattern: '' }],
  };
}
