import { type BrokerConfig } from '#libs/config';
import { MAX_PRIORITY, type QueueAddress } from '#libs/contracts';
import { afterLadder, ladderTopology } from './ladder.js';
import { brokerNames } from './names.js';
import { merged, type QueueSpec, type Topology } from './topology.js';

/** The broker's properties that decide queue arguments. */
export interface BrokerTraits {
  readonly queueType: BrokerConfig['queueType'];
  /** The major version, such as 3 or 4. */
  readonly major: number;
}

const MIB = 1024 * 1024;
const DEAD_LETTERS_KEPT = 100_000;
const HEARTBEAT_TTL_MS = 10_000;
const CONTROL_MAX_AGE = '24h';
/** The number in the names of work queues. It rises when their arguments change, because a queue's cannot. */
const WORK_QUEUE_NUMBER = 1;
const QUEUE_TYPES = ['classic', 'quorum'] as const;

/** Where an app of this version takes its work from. */
export function workQueueAddress(domain: string, queueType: BrokerConfig['queueType']): QueueAddress {
  return { key: `${domain}.${queueType}-${WORK_QUEUE_NUMBER}`, type: queueType, number: WORK_QUEUE_NUMBER };
}

/**
 * The queues from which apps of the same domain may have taken their work before: of the other type, and of lower numbers.
 */
export function formerAddresses(domain: string, { key, number }: QueueAddress): QueueAddress[] {
  const numbers = Array.from({ length: number }, (_, index) => index + 1);
  return numbers
    .flatMap((of) => QUEUE_TYPES.map((type) => ({ key: `${domain}.${type}-${of}`, type, number: of })))
    .filter((address) => address.key !== key);
}

/**
 * What gateway and apps share: every exchange, the status queues, the control stream and the delay ladder. The queues are
 * quorum queues whatever the suite's queue type: a setting that decides the type of a queue whose name does not carry it
 * could never be changed, because a broker refuses to declare a queue with other arguments.
 */
export function coreTopology(prefix: string, traits: BrokerTraits): Topology {
  const names = brokerNames(prefix);
  const status = (queue: string, kind: string): Topology['bindings'][number] => ({
    from: names.status,
    to: { queue },
    pattern: `*.${kind}`,
  });
  return merged(ladderTopology(prefix), {
    exchanges: [
      { name: names.unroutable, type: 'fanout' },
      { name: names.jobs, type: 'topic', alternate: names.unroutable },
      { name: names.work, type: 'topic' },
      { name: names.dead, type: 'topic' },
      { name: names.status, type: 'topic' },
      { name: names.events, type: 'topic' },
      { name: names.control, type: 'fanout' },
      { name: names.live, type: 'fanout' },
      { name: names.strays, type: 'fanout' },
    ],
    queues: [
      durable(names.unroutable, traits),
      durable(names.ingress, traits),
      durable(names.eventTriggers, traits),
      durable(names.reports, traits),
      durable(names.announcements, traits),
      durable(names.strays, traits),
      durable(names.deadLetters, traits),
      bounded(names.progress, { 'x-max-length-bytes': 64 * MIB }, traits),
      bounded(names.heartbeats, { 'x-message-ttl': HEARTBEAT_TTL_MS, 'x-max-length': 10_000 }, traits),
      controlStream(names.control),
    ],
    bindings: [
      { from: names.unroutable, to: { queue: names.unroutable }, pattern: '' },
      { from: names.control, to: { queue: names.control }, pattern: '' },
      { from: names.strays, to: { queue: names.strays }, pattern: '' },
      { from: names.dead, to: { queue: names.deadLetters }, pattern: '#' },
      status(names.reports, 'report'),
      status(names.progress, 'progress'),
      status(names.heartbeats, 'heartbeat'),
      status(names.announcements, 'announce'),
    ],
  });
}

/**
 * What a consumer app adds for its domain: its work queue, reached directly and through the ladder, its dead letters, and where
 * its processes hear each other.
 */
export function domainTopology(prefix: string, domain: string, traits: BrokerTraits): Topology {
  const names = brokerNames(prefix);
  const address = workQueueAddress(domain, traits.queueType);
  const queue = names.workQueue(address);
  return {
    exchanges: [{ name: names.peers(domain), type: 'fanout' }],
    queues: [workQueue(queue, domain, prefix, traits), deadQueue(prefix, domain, traits)],
    bindings: [
      ...workBindings(prefix, address),
      { from: names.dead, to: { queue: names.deadQueue(domain) }, pattern: `${domain}.#` },
    ],
  };
}

/** How messages come into a work queue: directly, and when their wait in the ladder is over. */
export function workBindings(prefix: string, address: QueueAddress): Topology['bindings'] {
  const names = brokerNames(prefix);
  const to = { queue: names.workQueue(address) };
  return [
    { from: names.work, to, pattern: `${address.key}.#` },
    { from: names.ladderEnd, to, pattern: afterLadder(`${address.key}.#`) },
  ];
}

/** What lets the gateway take in a domain's jobs from services that publish to the broker. */
export function ingressTopology(prefix: string, domain: string): Topology {
  const names = brokerNames(prefix);
  return {
    exchanges: [],
    queues: [],
    bindings: [{ from: names.jobs, to: { queue: names.ingress }, pattern: `${domain}.#` }],
  };
}

/** What lets the gateway take in the events whose types fit these patterns. */
export function eventTopology(prefix: string, patterns: readonly string[]): Topology {
  const names = brokerNames(prefix);
  const to = { queue: names.eventTriggers };
  return { exchanges: [], queues: [], bindings: patterns.map((pattern) => ({ from: names.events, to, pattern })) };
}

function workQueue(name: string, domain: string, prefix: string, traits: BrokerTraits): QueueSpec {
  const deadLetters = {
    'x-dead-letter-exchange': brokerNames(prefix).dead,
    'x-dead-letter-routing-key': `${domain}.broker`,
  };
  return traits.queueType === 'classic'
    ? { name, arguments: { 'x-queue-type': 'classic', 'x-max-priority': MAX_PRIORITY, ...deadLetters } }
    : {
        name,
        arguments: {
          'x-queue-type': 'quorum',
          'x-dead-letter-strategy': 'at-least-once',
          'x-overflow': 'reject-publish',
          ...deadLetters,
          ...withoutDeliveryLimit(traits),
        },
      };
}

function deadQueue(prefix: string, domain: string, traits: BrokerTraits): QueueSpec {
  return bounded(brokerNames(prefix).deadQueue(domain), { 'x-max-length': DEAD_LETTERS_KEPT }, traits);
}

function durable(name: string, traits: BrokerTraits): QueueSpec {
  return { name, arguments: { 'x-queue-type': 'quorum', ...withoutDeliveryLimit(traits) } };
}

// Told and forgotten: losing the oldest under pressure is what these queues are for. They are replicated all the same,
// because a classic queue whose node is down cannot even be declared, and nobody could open a channel until it is back.
function bounded(name: string, limits: Record<string, number>, traits: BrokerTraits): QueueSpec {
  return { name, arguments: { ...durable(name, traits).arguments, 'x-overflow': 'drop-head', ...limits } };
}

// Retention removes whole segments only, so they are small.
function controlStream(name: string): QueueSpec {
  return {
    name,
    arguments: {
      'x-queue-type': 'stream',
      'x-max-age': CONTROL_MAX_AGE,
      'x-max-length-bytes': 256 * MIB,
      'x-stream-max-segment-size-bytes': MIB,
    },
  };
}

// A quorum queue drops a message after 20 returns from 4.0 on; before, -1 would mean "after the first".
function withoutDeliveryLimit({ major }: BrokerTraits): Record<string, number> {
  return major >= 4 ? { 'x-delivery-limit': -1 } : {};
}
