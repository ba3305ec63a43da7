import { type DynamicModule, Module } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, DiscoveryModule } from '@nestjs/core';
import { HealthModule, type Telemetry } from '#libs/observability';
import { ActionGuard } from './actions/action.guard.js';
import { ActionsModule } from './actions/actions.module.js';
import { ApiKeysModule } from './api-keys/api-keys.module.js';
import { RouteProof } from './api-keys/route-proof.js';
import { ScopeGuard } from './api-keys/scope.guard.js';
import { BatchesModule } from './batches/batches.module.js';
import { DashboardModule } from './dashboard/dashboard.module.js';
import { DeadLettersModule } from './dead-letters/dead-letters.module.js';
import { DoctorModule } from './doctor/doctor.module.js';
import { EventsModule } from './events/events.module.js';
import { ExplainModule } from './explain/explain.module.js';
import { FilesModule } from './files/files.module.js';
import { FlowsModule } from './flows/flows.module.js';
import { ProblemFilter } from './http/problem.filter.js';
import { Routes } from './http/routes.js';
import { JobsModule } from './jobs/jobs.module.js';
import { LimitsModule } from './limits/limits.module.js';
import { LiveModule } from './live/live.module.js';
import { OpenApiModule } from './openapi/openapi.module.js';
import { type GatewayParts, PartsModule } from './parts.module.js';
import { QueuesModule } from './queues/queues.module.js';
import { AuditModule } from './reconciler/audit.module.js';
import { SchedulesModule } from './schedules/schedules.module.js';
import { OpenIdModule } from './sessions/open-id.module.js';
import { SessionsModule } from './sessions/sessions.module.js';
import { SuppressionsModule } from './suppressions/suppressions.module.js';
import { WebhooksModule } from './webhooks/webhooks.module.js';
import { TasksModule } from './tasks/tasks.module.js';
import { TELEMETRY } from './tokens.js';
import { TriggersModule } from './triggers/triggers.module.js';
import { WorkersModule } from './workers/workers.module.js';

/** The HTTP edge: every route, behind one guard and one error filter. */
@Module({})
export class AppModule {
  static of(parts: GatewayParts, routes: Routes): DynamicModule {
    const { checks, features, telemetry, config } = parts;
    return {
      module: AppModule,
      imports: [
        PartsModule.of(parts, routes),
        DiscoveryModule,
        HealthModule.register({ checks, features, telemetry, metricsToken: config.metricsToken }),
        ActionsModule,
        ApiKeysModule,
        AuditModule,
        BatchesModule,
        DashboardModule,
        DeadLettersModule,
        DoctorModule,
        EventsModule,
        ExplainModule,
        FilesModule,
        FlowsModule,
        JobsModule,
        LimitsModule,
        LiveModule,
        OpenApiModule,
        OpenIdModule,
        QueuesModule,
        SchedulesModule,
        SessionsModule,
        SuppressionsModule,
        WebhooksModule,
        TasksModule,
        TriggersModule,
        WorkersModule,
      ],
      providers: [
        RouteProof,
        { provide: APP_GUARD, useClass: ScopeGuard },
        // Behind the one that knows who calls.
        { provide: APP_GUARD, useClass: ActionGuard },
        {
          provide: APP_FILTER,
          useFactory: (known: Routes, told: Telemetry) => new ProblemFilter(known, told),
          inject: [Routes, TELEMETRY],
        },
      ],
    };
  }
}
