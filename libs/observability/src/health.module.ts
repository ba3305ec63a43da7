import { type DynamicModule, Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { HealthController } from './health.controller.js';
import { HEALTH_OPTIONS, type HealthOptions } from './health-options.js';
import { MetricsController } from './metrics.controller.js';
import { Readiness } from './readiness.js';

/** GET /health/live, /health/ready and /metrics. Terminus logs nothing: a check that changes is an event. */
@Module({})
export class HealthModule {
  static register(options: HealthOptions): DynamicModule {
    return {
      module: HealthModule,
      imports: [TerminusModule.forRoot({ logger: false })],
      controllers: [HealthController, MetricsController],
      providers: [{ provide: HEALTH_OPTIONS, useValue: options }, Readiness],
    };
  }
}
