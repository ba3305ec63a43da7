import { brokerNames } from './names.js';
import { type Topology } from './topology.js';

/**
 * The queue that tells whether the broker still has its data. It holds nothing. A classic queue would not do: one whose
 * node is down is said not to exist.
 */
export function sentinelTopology(prefix: string): Topology {
  const { sentinel } = brokerNames(prefix);
  return { exchanges: [], queues: [{ name: sentinel, arguments: { 'x-queue-type': 'quorum' } }], bindings: [] };
}
