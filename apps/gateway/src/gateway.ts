import { featuresOf } from '#libs/broker';
import { type BrokerConfig, type GatewayConfig } from '#libs/config';
import { type Telemetry, upOrWhyNot } from '#libs/observability';
import { LinkSigner, openStorage, type Storage } from '#libs/storage';
import { Backbone, BrokerLinks, relayOn } from './backbone.js';
import { deadLetterDesk } from './dead-letters/dead-letter-parts.js';
import { Explainer } from './explain/explainer.js';
import { FileLinks } from './files/file-links.js';
import { type HttpEdge } from './http/start-http.js';
import { Doctor } from './doctor/doctor.js';
import { ApiKeyStore } from './ledger/api-key.store.js';
import { BatchPauseStore } from './ledger/batch-pause-store.js';
import { BatchStore } from './ledger/batch-store.js';
import { ExplainStore } from './ledger/explain-store.js';
import { Database } from './ledger/database.js';
import { DeliveryHistory } from './ledger/delivery-history.js';
import { DeliveryStore } from './ledger/delivery-store.js';
import { EventStore } from './ledger/event-store.js';
import { FiringStore } from './ledger/firing-store.js';
import { JobSteering } from './ledger/job-steering.js';
import { JobStore } from './ledger/job-store.js';
import { LimitStore } from './ledger/limit-store.js';
import { openLedger } from './ledger/open-ledger.js';
import { OutboxRoom } from './ledger/outbox-room.js';
import { QueueStore } from './ledger/queue-store.js';
import { ScheduleStore } from './ledger/schedule-store.js';
import { type Stores, storesOn } from './ledger/stores.js';
import { type TaskStore } from './ledger/task-store.js';
import { TickStore } from './ledger/tick-store.js';
import { registerBrokerGauges } from './metrics/broker-gauges.js';
import { registerLedgerGauges } from './metrics/ledger-gauges.js';
import { liveParts } from './live/live-parts.js';
import { TriggerStore } from './ledger/trigger-store.js';
import { WebhookEndpointStore } from './ledger/webhook-endpoint-store.js';
import { WebhookWriter } from './notifications/webhook-writer.js';
import { EndTeller } from './notifications/end-teller.js';
import { NoticeWriter } from './notifications/notice-writer.js';
import { type GatewayParts } from './parts.module.js';
import { EventBindings } from './triggers/event-bindings.js';
import { Releaser } from './release/releaser.js';
import { Auditor } from './reconciler/audit.js';
import { reconcilerTimes } from './reconciler/times.js';
import { choresOf } from './retention/chores.js';
import { Retention } from './retention/retention.js';

/** A gateway without its HTTP edge. */
export interface Gateway {
  readonly parts: GatewayParts;
  /** Begins to publish, track and take in. The edge brings the checks of jobs that it shares with the ingress. */
  start(checks: Pick<HttpEdge, 'intake' | 'admission'>): void;
  /** Ends in the order in which work flows: what was accepted is committed, what was read is settled. */
  stop(): Promise<void>;
}

/**
 * Opens ledger and storage, and brings the ledger's schema up to date. A broker that is away is waited for in the
 * background: jobs are accepted meanwhile.
 * @throws Error with one sentence when the ledger or the storage cannot be opened
 */
export async function openGateway(config: GatewayConfig, telemetry: Telemetry): Promise<Gateway> {
  const database = new Database(config.databaseUrl);
  await openLedger(database, telemetry);
  const storage = await openStorage(config.storageUrl);
  const times = reconcilerTimes(config.reconcileAfterMs);
  const stores = storesOn(database, times);
  const links = new BrokerLinks(config.broker, telemetry, stores.sentinel);
  const relay = relayOn(links, stores, telemetry);
  const releaser = new Releaser({ relay, ...stores, telemetry, bounded: config.tenantWindow });
  const { watches, post } = liveParts(database, stores, links, telemetry);
  const room = new OutboxRoom(database, config.outboxBound, { telemetry, reaches: () => links.publisher.ready });
  await Promise.all([stores.tasks.start(), room.start()]);
  const writers = writersOn(database, releaser, room);
  const eventBindings = new EventBindings({ link: links.consuming, names: links.names, ...stores, telemetry });
  const doctor = new Doctor({ ...config, link: links.publishing, ledger: database, storage }, telemetry);
  let backbone: Backbone | undefined;
  const parts = partsOf({
    ...{ config, telemetry, database, storage, stores, links, releaser, watches, eventBindings, doctor },
    ...writers,
  });
  registerLedgerGauges(telemetry, stores, parts.queues);
  registerBrokerGauges(telemetry, links.consuming, links.names);
  return {
    parts,
    start: ({ intake, admission }) => {
      backbone = new Backbone(links, stores, relay, {
        ...{ intake, admission, ...writers, releaser, eventBindings, room, post, times, telemetry },
        firings: new FiringStore(database, { dispatch: releaser, room }),
        tenants: config.brokerTenants,
        changes: database,
        ...tellersOf(config, stores.tasks),
        retention: new Retention(choresOf(config.retention, stores.retention, storage), telemetry),
        doctor,
      });
      links.open();
      backbone.start();
    },
    stop: async () => {
      await backbone?.stop();
      await links.close();
      stores.tasks.stop();
      room.stop();
      await storage.close();
      await database.close();
    },
  };
}

function tellersOf(
  { linkSecret, publicUrl }: GatewayConfig,
  tasks: TaskStore,
): { readonly ends: EndTeller; readonly webhooks: WebhookWriter } {
  const links = new FileLinks(new LinkSigner(linkSecret), publicUrl);
  const webhooks = new WebhookWriter(tasks);
  return { ends: new EndTeller(new NoticeWriter(links), webhooks), webhooks };
}

/** Those who enter and move jobs, and take in events. */
type Writers = Pick<GatewayParts, 'jobs' | 'batches' | 'batchPauses' | 'events' | 'steering' | 'ticks' | 'deliveries'>;

function writersOn(database: Database, releaser: Releaser, room: OutboxRoom): Writers {
  return {
    jobs: new JobStore(database, releaser, room),
    batches: new BatchStore(database, releaser, room),
    batchPauses: new BatchPauseStore(database, releaser),
    events: new EventStore(database, { dispatch: releaser, room }),
    steering: new JobSteering(database, releaser),
    ticks: new TickStore(database, { dispatch: releaser, room }),
    deliveries: new DeliveryStore(database, { dispatch: releaser, room }),
  };
}

/** What the gateway stands on. */
interface Foundation
  extends Writers, Pick<GatewayParts, 'config' | 'telemetry' | 'storage' | 'watches' | 'eventBindings' | 'doctor'> {
  readonly database: Database;
  readonly stores: Stores;
  readonly links: BrokerLinks;
  readonly releaser: Releaser;
}

function partsOf({ database, stores, links, releaser, ...given }: Foundation): GatewayParts {
  const { config, storage, steering } = given;
  const queues = new QueueStore(database, releaser);
  return {
    ...given,
    deadLetters: deadLetterDesk(stores, steering, links),
    actions: stores.actions,
    flows: stores.flows,
    histories: stores.histories,
    selections: stores.selections,
    idempotency: stores.idempotency,
    limits: new LimitStore(database),
    queues,
    explainer: new Explainer({ store: new ExplainStore(database), queues, broker: () => links.state }),
    schedules: new ScheduleStore(database),
    sessions: stores.sessions,
    spawns: stores.spawns,
    tasks: stores.tasks,
    telling: stores.telling,
    triggers: new TriggerStore(database),
    uploads: stores.uploads,
    webhookEndpoints: new WebhookEndpointStore(database, releaser),
    deliveryHistory: new DeliveryHistory(database),
    workers: stores.workers,
    apiKeys: new ApiKeyStore(database),
    auditor: new Auditor(stores.audit),
    ...healthOf({ database, links, storage }, config.broker.queueType),
  };
}

// A gateway without its broker is ready: it accepts, and delivers when the broker is back.
function healthOf(
  { database, links, storage }: { database: Database; links: BrokerLinks; storage: Storage },
  queueType: BrokerConfig['queueType'],
): Pick<GatewayParts, 'checks' | 'features'> {
  return {
    checks: [
      { name: 'broker', gating: false, check: () => Promise.resolve(links.state) },
      { name: 'store', gating: true, check: () => upOrWhyNot(database.check()) },
      { name: 'storage', gating: true, check: () => upOrWhyNot(storage.check()) },
    ],
    features: () => featuresOf(queueType, links.publishing.server),
  };
}
