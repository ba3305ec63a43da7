import { declareTopology } from './declare.js';
import { type BrokerLink } from './link.js';
import { type BrokerNames } from './names.js';
import { onOwnChannel } from './own-channel.js';
import { eventTopology } from './suite-topology.js';

/**
 * Lets events whose types fit these patterns into the gateway's queue, from when this resolves.
 * @throws NotConnectedError, or what the broker answers
 */
export async function bindEvents(
  link: BrokerLink,
  { prefix }: BrokerNames,
  patterns: readonly string[],
): Promise<void> {
  await onOwnChannel(link, (channel) => declareTopology(channel, eventTopology(prefix, patterns)));
}

/**
 * Keeps events whose types fit this pattern out of the gateway's queue, unless another pattern lets them in.
 * @throws NotConnectedError, or what the broker answers
 */
export async function unbindEvents(link: BrokerLink, names: BrokerNames, pattern: string): Promise<void> {
  await onOwnChannel(link, (channel) => channel.unbindQueue(names.eventTriggers, names.events, pattern));
}
