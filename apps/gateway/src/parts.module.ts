import { type DynamicModule, Global, Module } from '@nestjs/common';
import { type GatewayConfig } from '#libs/config';
import { type HealthCheckSpec, type Telemetry } from '#libs/observability';
import { type Storage } from '#libs/storage';
import { type DeadLetterDesk, deskProviders } from './dead-letters/dead-letter-parts.js';
import { Doctor } from './doctor/doctor.js';
import { Explainer } from './explain/explainer.js';
import { Routes } from './http/routes.js';
import { ActionStore } from './ledger/action-store.js';
import { ApiKeyStore } from './ledger/api-key.store.js';
import { BatchPauseStore } from './ledger/batch-pause-store.js';
import { BatchStore } from './ledger/batch-store.js';
import { DeliveryHistory } from './ledger/delivery-history.js';
import { DeliveryStore } from './ledger/delivery-store.js';
import { FlowStore } from './ledger/flow-store.js';
import { EventStore } from './ledger/event-store.js';
import { HistoryStore } from './ledger/history-store.js';
import { IdempotencyStore } from './ledger/idempotency.js';
import { JobSelectionStore } from './ledger/job-selection-store.js';
import { JobSteering } from './ledger/job-steering.js';
import { JobStore } from './ledger/job-store.js';
import { LimitStore } from './ledger/limit-store.js';
import { QueueStore } from './ledger/queue-store.js';
import { ScheduleStore } from './ledger/schedule-store.js';
import { SessionStore } from './ledger/session-store.js';
import { SpawnStore } from './ledger/spawn-store.js';
import { TaskStore } from './ledger/task-store.js';
import { TellingStore } from './ledger/telling-store.js';
import { TickStore } from './ledger/tick-store.js';
import { TriggerStore } from './ledger/trigger-store.js';
import { UploadStore } from './ledger/upload-store.js';
import { WebhookEndpointStore } from './ledger/webhook-endpoint-store.js';
import { WorkerStore } from './ledger/worker-store.js';
import { JobWatches } from './live/job-watches.js';
import { Auditor } from './reconciler/audit.js';
import { EventBindings } from './triggers/event-bindings.js';
import { GATEWAY_CONFIG, STORAGE, TELEMETRY } from './tokens.js';

/** What the HTTP edge stands on. It is built and started before the edge, and outlives it. */
export interface GatewayParts {
  readonly config: GatewayConfig;
  readonly telemetry: Telemetry;
  readonly storage: Storage;
  readonly actions: ActionStore;
  readonly histories: HistoryStore;
  readonly jobs: JobStore;
  readonly batches: BatchStore;
  readonly batchPauses: BatchPauseStore;
  readonly flows: FlowStore;
  readonly events: EventStore;
  readonly triggers: TriggerStore;
  readonly eventBindings: Pick<EventBindings, 'follow'>;
  readonly idempotency: IdempotencyStore;
  readonly steering: JobSteering;
  readonly deadLetters: DeadLetterDesk;
  readonly limits: LimitStore;
  readonly queues: QueueStore;
  readonly schedules: ScheduleStore;
  readonly selections: JobSelectionStore;
  readonly sessions: SessionStore;
  readonly spawns: SpawnStore;
  readonly ticks: TickStore;
  readonly tasks: TaskStore;
  readonly telling: TellingStore;
  readonly uploads: UploadStore;
  readonly webhookEndpoints: WebhookEndpointStore;
  readonly deliveries: DeliveryStore;
  readonly deliveryHistory: DeliveryHistory;
  readonly workers: WorkerStore;
  readonly apiKeys: ApiKeyStore;
  readonly watches: JobWatches;
  readonly auditor: Auditor;
  readonly explainer: Explainer;
  readonly doctor: Pick<Doctor, 'examine'>;
  /** What /health/ready asks. */
  readonly checks: readonly HealthCheckSpec[];
  /** What /health/ready shows beside it. */
  readonly features: () => object;
}

/** Makes the gateway's parts known to every module. */
@Global()
@Module({})
export class PartsModule {
  static of(parts: GatewayParts, routes: Routes): DynamicModule {
    const providers = [
      { provide: GATEWAY_CONFIG, useValue: parts.config },
      { provide: TELEMETRY, useValue: parts.telemetry },
      { provide: STORAGE, useValue: parts.storage },
      { provide: ActionStore, useValue: parts.actions },
      { provide: HistoryStore, useValue: parts.histories },
      { provide: JobStore, useValue: parts.jobs },
      { provide: BatchStore, useValue: parts.batches },
      { provide: BatchPauseStore, useValue: parts.batchPauses },
      { provide: FlowStore, useValue: parts.flows },
      { provide: EventStore, useValue: parts.events },
      { provide: TriggerStore, useValue: parts.triggers },
      { provide: EventBindings, useValue: parts.eventBindings },
      { provide: IdempotencyStore, useValue: parts.idempotency },
      { provide: JobSteering, useValue: parts.steering },
      ...deskProviders(parts.deadLetters),
      { provide: LimitStore, useValue: parts.limits },
      { provide: QueueStore, useValue: parts.queues },
      { provide: ScheduleStore, useValue: parts.schedules },
      { provide: JobSelectionStore, useValue: parts.selections },
      { provide: SessionStore, useValue: parts.sessions },
      { provide: SpawnStore, useValue: parts.spawns },
      { provide: TickStore, useValue: parts.ticks },
      { provide: TaskStore, useValue: parts.tasks },
      { provide: TellingStore, useValue: parts.telling },
      { provide: UploadStore, useValue: parts.uploads },
      { provide: WebhookEndpointStore, useValue: parts.webhookEndpoints },
      { provide: DeliveryStore, useValue: parts.deliveries },
      { provide: DeliveryHistory, useValue: parts.deliveryHistory },
      { provide: WorkerStore, useValue: parts.workers },
      { provide: ApiKeyStore, useValue: parts.apiKeys },
      { provide: JobWatches, useValue: parts.watches },
      { provide: Auditor, useValue: parts.auditor },
      { provide: Explainer, useValue: parts.explainer },
      { provide: Doctor, useValue: parts.doctor },
      { provide: Routes, useValue: routes },
    ];
    return { module: PartsModule, providers, exports: providers.map(({ provide }) => provide) };
  }
}
