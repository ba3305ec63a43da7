import {
  type BrokerLink,
  type BrokerNames,
  ControlFollower,
  type Publisher,
  type Reporter,
  Subscriber,
  type SubscriberOptions,
  workQueueAddress,
} from '#libs/broker';
import { type BrokerConfig } from '#libs/config';
import { type Announcement, type Heartbeat, type QueueAddress } from '#libs/contracts';
import { type Telemetry } from '#libs/observability';
import { type Storage } from '#libs/storage';
import { Announcer } from './announcer.js';
import { type RunningProcess } from './app-process.js';
import { BrokerDeadLetters } from './broker-dead-letters.js';
import { BrokerJobs } from './broker-jobs.js';
import { Dispatcher } from './dispatcher.js';
import { type Standstill } from './errors.js';
import { FormerQueues, withFormer } from './former-queues.js';
import { Intake } from './intake.js';
import { OtherVersionWaits } from './other-version.js';
import { Pulse } from './pulse.js';
import { Reserve } from './reserve.js';
import { Settlement } from './settlement.js';
import { type TaskTable } from './task-table.js';

/** Who works here, with what. */
export interface WorkplaceOptions {
  readonly domain: string;
  readonly worker: string;
  readonly appVersion: string;
  readonly concurrency: number;
  readonly broker: BrokerConfig;
  readonly storage: Storage;
  readonly telemetry: Telemetry;
}

/** What the parts of an app's work share. */
export interface WorkBase extends WorkplaceOptions {
  readonly names: BrokerNames;
  readonly declare: NonNullable<SubscriberOptions['setup']>;
  readonly consuming: BrokerLink;
  readonly publisher: Publisher;
  readonly reports: Reporter;
  readonly process: Pick<RunningProcess, 'dependencies'>;
  /** Aborts when the app waits for confirms no longer. */
  readonly ended: AbortSignal;
  /** How long an app that ends may keep a message, and as long again as a look at a queue may be late. */
  readonly keptAtMostMs: number;
}

/** The parts of an app that turn messages into reports, and what it says and hears beside them. None has begun. */
export interface Work {
  readonly dispatcher: Dispatcher;
  readonly subscriber: Subscriber;
  readonly reserve: Reserve;
  readonly former: FormerQueues;
  readonly intake: Intake;
  readonly announcer: Announcer;
  readonly pulse: Pulse;
  readonly control: ControlFollower;
}

export function workOn(tasks: TaskTable, base: WorkBase): Work {
  const { domain, worker, storage, telemetry, concurrency, publisher, names, reports } = base;
  const queue = names.workQueue(addressOf(base));
  const letters = new BrokerDeadLetters(publisher, names, { domain, queue, worker }, base.ended);
  const jobs = new BrokerJobs(publisher, names);
  const halt = ({ reason, delayMs }: Standstill): void => {
    if (intake.halt(reason, delayMs)) telemetry.emit('app.standstill', { reason, delayMs });
  };
  const tools = { tasks, worker, storage, reports, jobs, telemetry, waits: new OtherVersionWaits(), halt };
  const dispatcher = new Dispatcher(tools, new Settlement(reports, letters), concurrency);
  const announcer = new Announcer(reports, announcementOf(tasks, base));
  const former = formerQueues(base, dispatcher, announcer);
  const subscriber = new Subscriber(base.consuming, {
    queue,
    prefetch: concurrency,
    setup: async (channel) => {
      await base.declare(channel);
      // What was sent while the queue was gone is set aside until its app announces itself.
      void announcer.announce();
      former.search();
    },
    onAttached: () => {
      intake.attach();
    },
    ...feeding(dispatcher),
  });
  const intake = new Intake(domain, dispatcher, withFormer(subscriber, former));
  const pulse = new Pulse(reports, () => heartbeatOf(base, dispatcher), storage);
  const payloads = [...tasks.values()].map(({ announcement }) => announcement.maxPayload);
  const reserve = new Reserve(dispatcher, subscriber, { places: concurrency, largestPayload: Math.max(...payloads) });
  const control = follower(base, intake, announcer);
  return { dispatcher, subscriber, reserve, former, intake, announcer, pulse, control };
}

function formerQueues(base: WorkBase, dispatcher: Dispatcher, announcer: Announcer): FormerQueues {
  return new FormerQueues({
    ...{ link: base.consuming, names: base.names, domain: base.domain, address: addressOf(base) },
    prefetch: base.concurrency,
    idleMs: base.keptAtMostMs,
    removes: base.broker.topology === 'declare',
    ...feeding(dispatcher),
    removed: () => {
      // Jobs that were still sent there have come back: the gateway must not send them there again.
      void announcer.announce();
    },
  });
}

/** What a queue's messages go to. */
function feeding(dispatcher: Dispatcher): Required<Pick<SubscriberOptions, 'handle' | 'lost'>> {
  return {
    handle: (delivery) => {
      dispatcher.take(delivery);
    },
    lost: () => {
      dispatcher.forgetWaiting();
    },
  };
}

function follower(
  { consuming, names, publisher, declare }: WorkBase,
  intake: Intake,
  announcer: Announcer,
): ControlFollower {
  return new ControlFollower(consuming, {
    ...{ names, publisher, setup: declare },
    onEntry: (entry) => {
      if (entry.type === 'announce') void announcer.announce();
      else intake.obey(entry);
    },
    onAttached: (attached) => {
      intake.follow(attached);
    },
  });
}

function addressOf({ domain, broker }: WorkBase): QueueAddress {
  return workQueueAddress(domain, broker.queueType);
}

function announcementOf(tasks: TaskTable, base: WorkBase): Announcement {
  const { domain, worker, appVersion } = base;
  const announced = [...tasks.values()].map(({ announcement }) => announcement);
  return { domain, appVersion, worker, queue: addressOf(base), tasks: announced };
}

function heartbeatOf(base: WorkBase, { runs }: Dispatcher): Omit<Heartbeat, 'seq'> {
  const { worker, domain, appVersion, concurrency } = base;
  const { dependencies } = base.process;
  return { worker, domain, appVersion, concurrency, runs, ...(dependencies.length > 0 ? { dependencies } : {}) };
}
