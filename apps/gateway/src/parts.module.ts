import { type DynamicModule, Global, Module } from '@nestjs/common';
import { type GatewayConfig } from '#libs/config';
import { type HealthCheckSpec, type Telemetry } from '#libs/observability';
import { type Storage } from '#libs/storage';
import { Routes } from './http/routes.js';
import { ApiKeyStore } from './ledger/api-key.store.js';
import { JobStore } from './ledger/job-store.js';
import { TaskStore } from './ledger/task-store.js';
import { TellingStore } from './ledger/telling-store.js';
import { Auditor } from './reconciler/audit.js';
import { GATEWAY_CONFIG, STORAGE, TELEMETRY } from './tokens.js';

/** What the HTTP edge stands on. It is built and started before the edge, and outlives it. */
export interface GatewayParts {
  readonly config: GatewayConfig;
  readonly telemetry: Telemetry;
  readonly storage: Storage;
  readonly jobs: JobStore;
  readonly tasks: TaskStore;
  readonly telling: TellingStore;
  readonly apiKeys: ApiKeyStore;
  readonly auditor: Auditor;
  /** What /health/ready asks. */
  readonly checks: readonly HealthCheckSpec[];
}

/** Makes the gateway's parts known to every module. */
@Global()
@Module({})
export class PartsModule {
  static of(parts: GatewayParts, routes: Routes): DynamicModule {
    const providers = [
  /** What /health/ready shows beside it. */
  readonly features: () => object;
      { provide: GATEWAY_CONFIG, useValue: parts.config },
      { provide: TELEMETRY, useValue: parts.telemetry },
      { provide: STORAGE, useValue: parts.storage },
      { provide: JobStore, useValue: parts.jobs },
      { provide: TaskStore, useValue: parts.tasks },
      { provide: TellingStore, useValue: parts.telling },
      { provide: ApiKeyStore, useValue: parts.apiKeys },
      { provide: Auditor, useValue: parts.auditor },
      { provide: Routes, useValue: routes },
    ];
    return { module: PartsModule, providers, exports: providers.map(({ provide }) => provide) };
  }
}
