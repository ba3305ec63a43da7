import {
  BrokerLink,
  type BrokerNames,
  brokerNames,
  coreTopology,
  declaresOnce,
  declareTopology,
  lookAtQueue,
  Publisher,
  sentinelTopology,
  type SubscriberOptions,
} from '#libs/broker';
import { type BrokerConfig } from '#libs/config';
import { type Telemetry } from '#libs/observability';
import { deadLetterParts } from './dead-letters/dead-letter-parts.js';
import { type Doctor } from './doctor/doctor.js';
import { FactTeller } from './facts/fact-teller.js';
import { FlowKeeper } from './flows/flow-keeper.js';
import { FollowerMaker } from './flows/follower-maker.js';
import { type EndTeller } from './notifications/end-teller.js';
import { type WebhookWriter } from './notifications/webhook-writer.js';
import { DomainRegister } from './ingress/domain-register.js';
import { Ingress } from './ingress/ingress.js';
import { UnroutedMessages } from './ingress/unrouted-messages.js';
import { type JobIntake } from './jobs/job-intake.js';
import { type Database } from './ledger/database.js';
import { type DeliveryStore } from './ledger/delivery-store.js';
import { type EventStore } from './ledger/event-store.js';
import { type FiringStore } from './ledger/firing-store.js';
import { type JobSteering } from './ledger/job-steering.js';
import { type JobStore } from './ledger/job-store.js';
import { type OutboxRoom } from './ledger/outbox-room.js';
import { type SentinelStore } from './ledger/sentinel-store.js';
import { type Stores } from './ledger/stores.js';
import { type TickStore } from './ledger/tick-store.js';
import { type ChangePost } from './live/change-post.js';
import { MinuteFolder } from './queues/minute-folder.js';
import { ControlLane } from './relay/control-lane.js';
import { Marker } from './reconciler/marker.js';
import { Prober } from './reconciler/prober.js';
import { Reconciler } from './reconciler/reconciler.js';
import { Sentinel } from './reconciler/sentinel.js';
import { type ReconcilerTimes } from './reconciler/times.js';
import { Courier } from './relay/courier.js';
import { DueJobs } from './relay/due-jobs.js';
import { Relay } from './relay/relay.js';
import { type Admission } from './limits/admission.js';
import { type Releaser } from './release/releaser.js';
import { type Retention } from './retention/retention.js';
import { Ticker } from './schedules/ticker.js';
import { HeartbeatReader } from './tracker/heartbeat-reader.js';
import { ProgressTracker } from './tracker/progress-tracker.js';
import { ReturnedRuns } from './tracker/returned-runs.js';
import { Strays } from './tracker/strays.js';
import { Tracker } from './tracker/tracker.js';
import { type EventBindings } from './triggers/event-bindings.js';
import { triggerParts } from './triggers/trigger-parts.js';
import { deliveryMaker } from './webhooks/delivery-maker.js';
import { EndpointTeller } from './webhooks/endpoint-teller.js';

/** The gateway's own two connections: it never publishes on the one that consumes. */
export class BrokerLinks {
  readonly names: BrokerNames;
  readonly publishing: BrokerLink;
  readonly consuming: BrokerLink;
  readonly publisher: Publisher;
  /** Declares what every part of the suite shares. */
  readonly setup: NonNullable<SubscriberOptions['setup']>;

  /** @param store knows what is to be sent again to a broker that has lost its data */
  constructor(config: BrokerConfig, telemetry: Telemetry, store: SentinelStore) {
    this.names = brokerNames(config.prefix);
    this.publishing = new BrokerLink(config, 'gateway: publish', telemetry);
    this.consuming = new BrokerLink(config, 'gateway: consume', telemetry);
    this.setup = declaresOnce(config, (traits) => coreTopology(config.prefix, traits));
    const sentinel = new Sentinel({ link: this.publishing, names: this.names, store, telemetry });
    this.publisher = new Publisher(this.publishing, 'jobs', async (channel) => {
      await sentinel.stand(() => declareTopology(channel, sentinelTopology(config.prefix)));
      await this.setup(channel);
    });
  }

  open(): void {
    this.publishing.open();
    this.consuming.open();
    this.publisher.start();
  }

  async close(): Promise<void> {
    await this.publisher.stop();
    await Promise.all([this.publishing.close(), this.consuming.close()]);
  }

  /** Says whether the broker takes and gives messages. */
  get state(): 'up' | { readonly down: string } {
    const states = [this.publishing.state, this.consuming.state];
    if (states.every((state) => state === 'open')) return 'up';
    return { down: states.includes('blocked') ? 'The broker is in alarm and takes no messages.' : 'Not connected.' };
  }
}

/** What the gateway's own work shares with its edge. */
interface BackboneEntry {
  readonly intake: JobIntake;
  readonly admission: Admission;
  readonly jobs: JobStore;
  readonly steering: JobSteering;
  readonly releaser: Releaser;
  readonly ticks: TickStore;
  readonly events: EventStore;
  readonly firings: FiringStore;
  readonly eventBindings: EventBindings;
  readonly tenants: ReadonlyMap<string, string>;
  readonly changes: Pick<Database, 'onJobChanges'>;
  readonly ends: EndTeller;
  readonly webhooks: WebhookWriter;
  readonly deliveries: DeliveryStore;
  readonly room: OutboxRoom;
  readonly retention: Retention;
  readonly post: ChangePost;
  readonly times: ReconcilerTimes;
  readonly doctor: Doctor;
  readonly telemetry: Telemetry;
}

/** What the gateway does beside answering requests. It stops in the order in which work flows in. */
export class Backbone {
  readonly #parts: readonly { start(): void; stop(): Promise<void> }[];

  constructor(links: BrokerLinks, stores: Stores, relay: Relay, entry: BackboneEntry) {
    const { names, setup, publisher, consuming: link } = links;
    const { telemetry, releaser } = entry;
    const unrouted = new UnroutedMessages(link, names, publisher);
    const heartbeats = new HeartbeatReader({ link, names, setup, workers: stores.workers, telemetry });
    const { lookout } = stores;
    const shared = { link, names, dispatch: releaser, telemetry };
    const { prober, marker } = askersOn(links, stores, entry.times);
    const makes = new FollowerMaker(entry.intake, stores.tasks, entry.ends);
    const flows = new FlowKeeper({
      ...shared,
      endings: stores.endings,
      lookout,
      room: entry.room,
      make: (due) => makes.make(due),
    });
    const follow = (): void => flows.wake();
    const tracker = new Tracker({ ...shared, setup, follow, probes: stores.probes, reports: stores.reports });
    this.#parts = [
      entry.doctor,
      new Ingress({ link, names, setup, publisher, tasks: stores.tasks, spawns: stores.spawns, ...entry }),
      ...triggerParts({ link, names, publisher, setup, tasks: stores.tasks, lookout, ...entry }),
      lookout,
      new MinuteFolder(stores.minutes),
      entry.retention,
      new Ticker({ ticks: entry.ticks, prepare: (...request) => entry.intake.prepare(...request), telemetry }),
      new DueJobs(stores.due, releaser, entry.room),
      new DomainRegister({ link, names, setup, publisher, unrouted, dispatch: releaser, telemetry, ...stores }),
      new ProgressTracker({ link, names, setup, telling: stores.telling }),
      new Strays({ link, names, setup, publisher, reports: stores.reports, dispatch: releaser, telemetry }),
      heartbeats,
      new ReturnedRuns({ returned: stores.returned, heartbeats, marker, dispatch: releaser, telemetry }),
      new Reconciler({ ...shared, ...stores, publisher, prober, marker, tracker, times: entry.times }),
      tracker,
      flows,
      new EndpointTeller({ ...entry, lookout, make: deliveryMaker(makes, entry.webhooks) }),
      new FactTeller({ ...entry, lookout, facts: stores.facts, publisher, names }),
      ...deadLetterParts({ ...shared, setup, stores, steering: entry.steering }),
      releaser,
      relay,
      entry.post,
    ];
  }

  start(): void {
    for (const part of this.#parts) part.start();
  }

  async stop(): Promise<void> {
    for (const part of this.#parts) await part.stop();
  }
}

/** What asks for jobs, and for what is reported of them. */
function askersOn(links: BrokerLinks, { probes }: Stores, times: ReconcilerTimes): { prober: Prober; marker: Marker } {
  const { publisher, names, consuming } = links;
  const prober = new Prober(publisher, names, probes);
  const trackers = async (): Promise<number> => (await lookAtQueue(consuming, names.reports))?.consumers ?? 0;
  return { prober, marker: new Marker({ prober, probes, trackers, times }) };
}

/** The relay of this process, on its links. */
export function relayOn(links: BrokerLinks, stores: Stores, telemetry: Telemetry): Relay {
  const { publisher, names, setup, consuming: link } = links;
  const { outbox, inForce, tasks } = stores;
  const control = new ControlLane({ link, names, setup, publisher, outbox, inForce, telemetry });
  return new Relay({ publisher, control, courier: new Courier(publisher, names, tasks), outbox, telemetry });
}
