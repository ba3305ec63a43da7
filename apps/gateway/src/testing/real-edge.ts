import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { type BrokerNames, brokerNames, type OutgoingMessage, type Publisher } from '#libs/broker';
import { type GatewayConfig, loadGatewayConfig } from '#libs/config';
import { DEFAULT_BACKOFF, type TaskAnnouncement } from '#libs/contracts';
import { createTelemetry, type Telemetry } from '#libs/observability';
import { openStorage, type Storage } from '#libs/storage';
import { deadLetterDesk } from '../dead-letters/dead-letter-parts.js';
import { Doctor } from '../doctor/doctor.js';
import { ensureAdminKey } from '../api-keys/admin-key.js';
import { Explainer } from '../explain/explainer.js';
import { type HttpEdge, startHttp } from '../http/start-http.js';
import { ActionStore } from '../ledger/action-store.js';
import { ApiKeyStore } from '../ledger/api-key.store.js';
import { AuditStore } from '../ledger/audit-store.js';
import { BatchPauseStore } from '../ledger/batch-pause-store.js';
import { BatchStore } from '../ledger/batch-store.js';
import { ExplainStore } from '../ledger/explain-store.js';
import { type Database } from '../ledger/database.js';
import { ChangeStore } from '../ledger/change-store.js';
import { DeliveryHistory } from '../ledger/delivery-history.js';
import { DeliveryStore } from '../ledger/delivery-store.js';
import { DeadLetterStore } from '../ledger/dead-letter-store.js';
import { FlowStore } from '../ledger/flow-store.js';
import { EventStore } from '../ledger/event-store.js';
import { HistoryStore } from '../ledger/history-store.js';
import { IdempotencyStore } from '../ledger/idempotency.js';
import { JobSelectionStore } from '../ledger/job-selection-store.js';
import { JobSteering } from '../ledger/job-steering.js';
import { LimitStore } from '../ledger/limit-store.js';
import { RedriveStore } from '../ledger/redrive-store.js';
import { JobStore } from '../ledger/job-store.js';
import { QueueStore } from '../ledger/queue-store.js';
import { ScheduleStore } from '../ledger/schedule-store.js';
import { SessionStore } from '../ledger/session-store.js';
import { SpawnStore } from '../ledger/spawn-store.js';
import { TaskStore } from '../ledger/task-store.js';
import { TellingStore } from '../ledger/telling-store.js';
import { TickStore } from '../ledger/tick-store.js';
import { TriggerStore } from '../ledger/trigger-store.js';
import { UploadStore } from '../ledger/upload-store.js';
import { WebhookEndpointStore } from '../ledger/webhook-endpoint-store.js';
import { WorkerStore } from '../ledger/worker-store.js';
import { JobWatches } from '../live/job-watches.js';
import { type GatewayParts } from '../parts.module.js';
import { Auditor } from '../reconciler/audit.js';
import { reconcilerTimes } from '../reconciler/times.js';
import { type RealLedger, startRealLedger } from './real-ledger.js';
import { IDLE_DISPATCH } from './idle-dispatch.js';

const NO_BROKER = { server: undefined, state: 'connecting', failure: undefined } as const;
/** An outbox that is never full. */
const ROOM = { full: false, add: () => undefined };

export const ADMIN_KEY = 'an admin key of the tests'.replaceAll(' ', '-');

/** The gateway's HTTP edge on a real ledger, a real disk and loopback; nothing takes what it accepts. */
export interface RealEdge {
  readonly url: string;
  /** Every route that it answers, as `GET /v1/jobs/:id`. */
  readonly routes: readonly string[];
  readonly database: Database;
  /** For further connections, such as those of another gateway. */
  readonly databaseUrl: string;
  readonly storage: Storage;
  /** Where the storage keeps its files. */
  readonly storageFolder: string;
  readonly jobs: JobStore;
  readonly deliveries: DeliveryStore;
  /** Who watches jobs on this edge. */
  readonly watches: JobWatches;
  /** Every line that was logged. */
  readonly log: string[];
  /** What dead letters were published again as; no broker gets it. */
  readonly published: readonly OutgoingMessage[];
  readonly announce: (tasks: readonly Partial<TaskAnnouncement>[]) => Promise<void>;
  readonly stop: () => Promise<void>;
}

export async function startRealEdge(settings: Partial<GatewayConfig> = {}): Promise<RealEdge> {
  const folder = await mkdtemp(join(tmpdir(), 'leveret-edge-'));
  const config = { ...testConfig(pathToFileURL(folder).href), ...settings };
  const ledger = await startRealLedger();
  try {
    return await edgeOn(ledger, config);
  } catch (error) {
    await ledger.stop();
    throw error;
  }
}

async function edgeOn(ledger: RealLedger, config: GatewayConfig): Promise<RealEdge> {
  const { database } = ledger;
  const log: string[] = [];
  const telemetry = createTelemetry({
    service: 'gateway',
    level: 'info',
    destination: { write: (line: string) => void log.push(line) },
  });
  const storage = await openStorage(config.storageUrl);
  const tasks = new TaskStore(database);
  await tasks.start();
  const stores = storesOfEdge(database);
  const watches = watchesOn(database, telemetry);
  const published: OutgoingMessage[] = [];
  const apiKeys = new ApiKeyStore(database);
  await ensureAdminKey(apiKeys, config.adminApiKey);
  const edge: HttpEdge = await startHttp({
    ...{ config, telemetry, storage, tasks, apiKeys, watches, ...stores },
    deadLetters: deadLetterDesk(deadLetterStores(database), stores.steering, toNobody(published)),
    explainer: new Explainer({ store: new ExplainStore(database), queues: stores.queues, broker: () => 'up' }),
    auditor: new Auditor(new AuditStore(database, reconcilerTimes(config.reconcileAfterMs))),
    doctor: new Doctor({ ...config, link: NO_BROKER, ledger: database, storage }, telemetry),
    checks: [],
    features: () => ({}),
  });
  return {
    ...{
      url: edge.url,
      routes: edge.routes.list(),
      database,
      databaseUrl: ledger.url,
      storage,
      log,
      published,
      watches,
    },
    storageFolder: fileURLToPath(config.storageUrl),
    jobs: stores.jobs,
    deliveries: stores.deliveries,
    announce: (announced) => announceTo(tasks, announced),
    stop: async () => {
      await edge.close();
      tasks.stop();
      await storage.close();
      await ledger.stop();
      await rm(fileURLToPath(config.storageUrl), { recursive: true, force: true });
    },
  };
}

async function announceTo(tasks: TaskStore, announced: readonly Partial<TaskAnnouncement>[]): Promise<void> {
  await tasks.announce({
    domain: 'demo',
    appVersion: '1.0.0',
    worker: 'demo@test',
    queue: { key: 'demo.classic-1', type: 'classic', number: 1 },
    tasks: announced.map(announcedTask),
  });
}

function watchesOn(database: Database, telemetry: Telemetry): JobWatches {
  const watches = new JobWatches({ changes: new ChangeStore(database), telemetry });
  database.onJobChanges((changes) => watches.take(changes));
  return watches;
}

function storesOfEdge(
  database: Database,
): Pick<
  GatewayParts,
  | ('actions' | 'histories' | 'selections' | 'sessions')
  | ('batches' | 'eventBindings' | 'events' | 'flows' | 'idempotency' | 'jobs' | 'limits' | 'queues' | 'schedules')
  | ('spawns' | 'steering' | 'telling' | 'ticks' | 'triggers' | 'uploads' | 'workers')
  | ('batchPauses' | 'deliveries' | 'deliveryHistory' | 'webhookEndpoints')
> {
  return {
    actions: new ActionStore(database),
    histories: new HistoryStore(database),
    selections: new JobSelectionStore(database),
    sessions: new SessionStore(database),
    batches: new BatchStore(database, IDLE_DISPATCH),
    batchPauses: new BatchPauseStore(database, IDLE_DISPATCH),
    flows: new FlowStore(database),
    eventBindings: { follow: () => Promise.resolve() },
    events: new EventStore(database, { dispatch: IDLE_DISPATCH, room: { admit: () => () => undefined } }),
    idempotency: new IdempotencyStore(database),
    jobs: new JobStore(database, IDLE_DISPATCH),
    limits: new LimitStore(database),
    queues: new QueueStore(database, IDLE_DISPATCH),
    schedules: new ScheduleStore(database),
    spawns: new SpawnStore(database),
    steering: new JobSteering(database, IDLE_DISPATCH),
    telling: new TellingStore(database),
    ticks: new TickStore(database, { dispatch: IDLE_DISPATCH, room: ROOM }),
    triggers: new TriggerStore(database),
    uploads: new UploadStore(database),
    deliveries: new DeliveryStore(database, { dispatch: IDLE_DISPATCH, room: ROOM }),
    deliveryHistory: new DeliveryHistory(database),
    webhookEndpoints: new WebhookEndpointStore(database, IDLE_DISPATCH),
    workers: new WorkerStore(database),
  };
}

function deadLetterStores(database: Database): { deadLetters: DeadLetterStore; redrives: RedriveStore } {
  return { deadLetters: new DeadLetterStore(database), redrives: new RedriveStore(database) };
}

function toNobody(published: OutgoingMessage[]): { publisher: Pick<Publisher, 'publish'>; names: BrokerNames } {
  const publish = (message: OutgoingMessage): Promise<void> => Promise.resolve(void published.push(message));
  return { publisher: { publish }, names: brokerNames('leveret') };
}

function testConfig(storageUrl: string): GatewayConfig {
  const config = loadGatewayConfig({
    RABBITMQ_URL: 'amqp://127.0.0.1:1',
    DATABASE_URL: 'postgres://127.0.0.1:1/none',
    STORAGE_URL: storageUrl,
    LINK_SECRET: 'a secret of the tests that is long enough',
    ADMIN_API_KEY: ADMIN_KEY,
    NODE_ENV: 'test',
  });
  return { ...config, port: 0 };
}

function announcedTask(task: Partial<TaskAnnouncement>): TaskAnnouncement {
  return {
    name: 'demo.echo',
    description: 'Gives its payload back.',
    schema: { type: 'object' },
    defaults: { maxAttempts: 5, backoff: DEFAULT_BACKOFF, timeoutMs: 300_000, priority: 4 },
    maxTimeoutMs: 1_500_000,
    maxPayload: 524_288,
    example: {},
    hash: 'hash-1',
    ...task,
  };
}
