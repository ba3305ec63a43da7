import { context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { defaultResource, detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { traceFromNowOn } from './span.js';

/** Spans that are told as they end. */
export interface SpanExport {
  /** Settles when all that have ended are told, or cannot be. */
  stop(): Promise<void>;
}

/**
 * Tells the collector at `endpoint` of spans from now on, in batches. Sampler, batches, headers and further attributes of the
 * process are what OpenTelemetry's own variables say.
 */
export function exportSpans(service: string, endpoint: string): SpanExport {
  const exporter = new OTLPTraceExporter({ url: `${endpoint}/v1/traces` });
  const provider = new BasicTracerProvider({
    resource: defaultResource()
      .merge(resourceFromAttributes({ 'service.name': service, 'service.namespace': 'leveret' }))
      .merge(detectResources({ detectors: [envDetector] })),
    spanProcessors: [new BatchSpanProcessor(exporter)],
  });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  trace.setGlobalTracerProvider(provider);
  traceFromNowOn();
  return { stop: () => provider.shutdown().catch(() => undefined) };
}
