import { type SpanExport } from './open-telemetry.js';

/** Who is traced, and who is told. */
export interface TracingOptions {
  /** The app's name, unless `OTEL_SERVICE_NAME` gives another. */
  readonly service: string;
  /** Of an OpenTelemetry collector that takes OTLP over HTTP; null traces nothing. */
  readonly endpoint: string | null;
}

const NOTHING: SpanExport = { stop: () => Promise.resolve() };

/** Traces from now on, until it is stopped. What traces is loaded only when somebody is told. */
export async function startTracing({ service, endpoint }: TracingOptions): Promise<SpanExport> {
  if (endpoint === null) return NOTHING;
  const { exportSpans } = await import('./open-telemetry.js');
  return exportSpans(service, endpoint);
}
