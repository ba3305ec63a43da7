import {
  type BrokerFeatures,
  BrokerLink,
  type BrokerNames,
  type BrokerTraits,
  brokerNames,
  coreTopology,
  declaresOnce,
  domainTopology,
  featuresOf,
  merged,
  Publisher,
  Reporter,
  type SubscriberOptions,
  type Topology,
  TopologyError,
} from '#libs/broker';
import { RunningProcess } from './app-process.js';
import { BrokerPeers } from './broker-peers.js';
import { type DrainTimes } from './dispatcher.js';
import { type Workplace } from './job-server.js';
import { type TaskTable } from './task-table.js';
import { type Work, workOn, type WorkplaceOptions } from './work.js';

const DRAIN: DrainTimes = { graceMs: 30_000, stopMs: 5_000 };
/** How long reports may take to be confirmed when the app ends. */
const FLUSH_MS = 5_000;
/** How long an app that ends may keep a message, and as long again as a look at a queue may be late. */
const KEPT_AT_MOST_MS = DRAIN.graceMs + DRAIN.stopMs + FLUSH_MS + 5_000;

/** A domain's queue in the broker, and all that an app says to the ledger about it. */
export class BrokerWorkplace implements Workplace {
  /** The process as the app's module sees it. */
  readonly process: RunningProcess;
  readonly #options: WorkplaceOptions;
  readonly #names: BrokerNames;
  readonly #declare: Setup;
  readonly #consuming: BrokerLink;
  readonly #publishing: BrokerLink;
  readonly #publisher: Publisher;
  readonly #reporter: Reporter;
  readonly #peers: BrokerPeers;
  readonly #starting = new AbortController();
  readonly #ended = new AbortController();
  #work: Work | undefined;
  #stopped: Promise<void> | undefined;

  constructor(options: WorkplaceOptions) {
    const { broker, domain, telemetry } = options;
    this.#options = options;
    this.#names = brokerNames(broker.prefix);
    this.#declare = this.#endingAtConflict(declaresOnce(broker, (traits) => topologyOf(options, traits)));
    this.#consuming = new BrokerLink(broker, `${domain}: consume`, telemetry);
    this.#publishing = new BrokerLink(broker, `${domain}: publish`, telemetry);
    this.#publisher = new Publisher(this.#publishing, domain, this.#declare);
    this.#reporter = new Reporter(this.#publisher, this.#names, domain);
    this.#peers = new BrokerPeers({
      ...{ self: options.worker, domain, names: this.#names, setup: this.#declare },
      ...{ consuming: this.#consuming, publisher: this.#publisher },
    });
    this.process = new RunningProcess(options.concurrency, this.#peers, telemetry);
  }

  /** Why the app cannot work, whatever jobs come; undefined when it can. */
  get standstill(): string | undefined {
    return this.#work?.intake.standstill;
  }

  /** What keeps jobs from coming; undefined when nothing does, somebody has paused the queue, or the app cannot work. */
  get obstacle(): string | undefined {
    if (this.#work === undefined) return 'the app has not started';
    return this.#publisher.ready ? this.#work.intake.obstacle : 'the broker is not connected, or takes no messages';
  }

  /** What is in force on the broker. */
  get features(): BrokerFeatures {
    return featuresOf(this.#options.broker.queueType, this.#publishing.server);
  }

  /**
   * Waits for a broker that is away. Settles when the tasks are announced and messages can come.
   * @throws TopologyError when the broker has a queue of the app's with other arguments, lacks one that the app is not to make, or
   *   does not let it make one
   */
  async start(tasks: TaskTable): Promise<void> {
    const work = workOn(tasks, {
      ...{ ...this.#options, names: this.#names, declare: this.#declare, consuming: this.#consuming },
      ...{ publisher: this.#publisher, reports: this.#reporter, process: this.process },
      ...{ ended: this.#ended.signal, keptAtMostMs: KEPT_AT_MOST_MS },
    });
    this.#work = work;
    this.#consuming.open();
    this.#publishing.open();
    this.#publisher.start();
    this.#peers.start();
    await work.subscriber.pause();
    work.subscriber.start();
    work.reserve.start();
    await work.announcer.start(this.#publisher, this.#starting.signal);
    work.pulse.start(this.#publisher);
    work.former.start();
    work.control.start();
    await Promise.race([work.intake.entered, rejection(this.#starting.signal)]);
  }

  async retire(): Promise<void> {
    const work = this.#work;
    this.#options.telemetry.emit('app.retiring', { inHand: work?.dispatcher.runs.length ?? 0 });
    await work?.intake.end();
    await work?.dispatcher.finish();
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  // Waiting mends no conflict that is there at the start, nor what is missing and not ours to make, nor a right that we lack. What
  // comes later is an operator at work: it is tried again.
  #endingAtConflict(declare: Setup): Setup {
    return async (channel) => {
      try {
        await declare(channel);
      } catch (error) {
        if (error instanceof TopologyError) this.#starting.abort(error);
        throw error;
      }
    };
  }

  async #stop(): Promise<void> {
    const work = this.#work;
    this.#starting.abort(new Error('The app ends before it has started.'));
    const inHand = work?.dispatcher.runs.length ?? 0;
    this.#options.telemetry.emit('app.draining', { inHand });
    const limit = setTimeout(
      () => {
        this.#giveUp();
      },
      DRAIN.graceMs + DRAIN.stopMs + FLUSH_MS,
    );
    if (work !== undefined) await this.#windUp(work);
    clearTimeout(limit);
    this.#giveUp();
    await this.#publisher.stop();
    await Promise.all([this.#consuming.close(), this.#publishing.close()]);
  }

  async #windUp(work: Work): Promise<void> {
    work.announcer.stop();
    work.reserve.stop();
    await work.intake.end();
    await work.dispatcher.drain(DRAIN);
    work.pulse.stop();
    await Promise.all([work.subscriber.stop(), work.former.stop(), work.control.stop(), this.#peers.stop()]);
  }

  // What is not confirmed by now is not acknowledged either: the broker delivers it again.
  #giveUp(): void {
    this.#ended.abort(new Error('The app ends.'));
    this.#reporter.stop();
  }
}

type Setup = NonNullable<SubscriberOptions['setup']>;

function rejection(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => {
      reject(signal.reason as Error);
    });
  });
}

function topologyOf({ broker, domain }: WorkplaceOptions, traits: BrokerTraits): Topology {
  return merged(coreTopology(broker.prefix, traits), domainTopology(broker.prefix, domain, traits));
}
