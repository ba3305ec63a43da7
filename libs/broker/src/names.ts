import { type QueueAddress } from '#libs/contracts';

/** The AMQP names under one prefix. Every name that the suite uses is made here. */
export interface BrokerNames {
  readonly prefix: string;
  readonly jobs: string;
  readonly work: string;
  readonly delay: string;
  readonly dead: string;
  readonly status: string;
  readonly events: string;
  /** The queue of events that a trigger may want; the gateway reads it. */
  readonly eventTriggers: string;
  readonly control: string;
  /** What has become of jobs, for gateways whose users watch them. */
  readonly live: string;
  readonly unroutable: string;
  readonly ingress: string;
  readonly reports: string;
  readonly progress: string;
  readonly heartbeats: string;
  readonly announcements: string;
  /** Where the delay ladder lets messages out: the work queues are bound to it. */
  readonly ladderEnd: string;
  /** Exchange and queue of what came out of the ladder and fits no work queue; the gateway reads it. */
  readonly strays: string;
  /** The queue of every dead letter; the gateway reads it. */
  readonly deadLetters: string;
  /** A queue that is there for as long as the broker has not lost its data. */
  readonly sentinel: string;
  /** The exchange of a ladder level; the highest is `delay`, where messages enter. */
  level(k: number): string;
  /** The queue that holds a ladder level's messages. */
  levelQueue(k: number): string;
  /** The AMQP name of a domain's work queue. */
  workQueue(address: QueueAddress): string;
  /** Where the processes of a domain's app tell each other how things are. */
  peers(domain: string): string;
  /** The dead-letter queue of a domain. */
  deadQueue(domain: string): string;
}

/** How many levels the delay ladder has: 50 ms × 2^0 to 50 ms × 2^15. */
export const LADDER_LEVELS = 16;

export function brokerNames(prefix: string): BrokerNames {
  const level = (k: number): string => String(k).padStart(2, '0');
  return {
    prefix,
    jobs: `${prefix}.jobs`,
    work: `${prefix}.work`,
    delay: `${prefix}.delay`,
    dead: `${prefix}.dead`,
    status: `${prefix}.status`,
    events: `${prefix}.events`,
    eventTriggers: `${prefix}.events.triggers`,
    control: `${prefix}.control`,
    live: `${prefix}.live`,
    unroutable: `${prefix}.unroutable`,
    ingress: `${prefix}.ingress`,
    reports: `${prefix}.status.reports`,
    progress: `${prefix}.status.progress`,
    heartbeats: `${prefix}.status.heartbeats`,
    announcements: `${prefix}.status.announcements`,
    ladderEnd: `${prefix}.delay.end`,
    strays: `${prefix}.strays`,
    deadLetters: `${prefix}.dead-letters`,
    sentinel: `${prefix}.sentinel`,
    level: (k) => (k === LADDER_LEVELS - 1 ? `${prefix}.delay` : `${prefix}.delay.${level(k)}`),
    levelQueue: (k) => `${prefix}.delay.level-${level(k)}`,
    workQueue: (address) => `${prefix}.${address.key}`,
    peers: (domain) => `${prefix}.${domain}.peers`,
    deadQueue: (domain) => `${prefix}.${domain}.dead`,
  };
}
