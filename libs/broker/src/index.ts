export {
  ControlFollower,
  publishControl,
  publishControlSurely,
  type ControlFollowerOptions,
} from './control-stream.js';
export {
  publishDeadLetter,
  readReason,
  sentHeaders,
  type BrokerDeath,
  type DeadLetter,
  type DeadLetterReason,
  type ReadReason,
} from './dead-letter.js';
export { declaresOnce, declareTopology } from './declare.js';
export { ChannelLostError, ConfirmTimeoutError, NotConnectedError, PublishError, TopologyError } from './errors.js';
export { bindEvents, unbindEvents } from './event-bindings.js';
export { deleteFormerQueue, lookAtQueue, type QueueLook } from './former-queue.js';
export { FanoutFollower, publishFanout, type FanoutFollowerOptions } from './fanout.js';
export { liveTopology, peerTopology } from './fanout-topology.js';
export { featuresOf, type BrokerFeatures } from './features.js';
export { ladderKey, LONGEST_LADDER_MS } from './ladder.js';
export { BrokerLink, type LinkState } from './link.js';
export { brokerNames, type BrokerNames } from './names.js';
export { oneAtATime } from './one-at-a-time.js';
export { pickOut, type Picked, type Picking } from './pick-out.js';
export { Publisher, type OutgoingMessage } from './publisher.js';
export { Reporter } from './reporter.js';
export { type Delivery } from './delivery.js';
export { appRights, gatewayRights, serviceRights, topologyRights, type BrokerRights } from './rights.js';
export { sentinelTopology } from './sentinel-topology.js';
export { SettlingSubscriber, type SettlingSubscriberOptions } from './settling-subscriber.js';
export { SupervisedChannel, type ChannelOwner } from './supervised-channel.js';
export { Subscriber, type SubscriberOptions } from './subscriber.js';
export { takeAll } from './take-all.js';
export {
  coreTopology,
  domainTopology,
  eventTopology,
  formerAddresses,
  ingressTopology,
  workQueueAddress,
  type BrokerTraits,
} from './suite-topology.js';
export { merged, type Topology } from './topology.js';
