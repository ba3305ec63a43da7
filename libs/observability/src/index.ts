export { HealthModule } from './health.module.js';
export { type HealthCheckSpec, type HealthOptions, upOrWhyNot } from './health-options.js';
export { NestLogger } from './nest-logger.js';
export { Public, PUBLIC_ROUTE } from './public.js';
export { registerGauge, type GaugeOptions } from './register-gauge.js';
export {
  beginSpan,
  inSpan,
  isTracing,
  type OpenSpan,
  type SpanAbout,
  type SpanAttributes,
  type SpanEnd,
} from './tracing/span.js';
export { startTracing, type TracingOptions } from './tracing/start-tracing.js';
export { traceIdOf } from './tracing/trace-context.js';
export { createTelemetry, type EventCatalogue, type Telemetry, type TelemetryOptions } from './telemetry.js';
