import { type Context, isSpanContextValid, type SpanContext, trace } from '@opentelemetry/api';

const VERSION = '00';

/** A context in which the next span goes on with this W3C trace context; undefined when it is none. */
export function contextOf(traceparent: string, around: Context): Context | undefined {
  const [, traceId = '', spanId = '', flags = ''] = traceparent.split('-');
  const spanContext = { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true };
  return isSpanContextValid(spanContext) ? trace.setSpanContext(around, spanContext) : undefined;
}

/** A span's own W3C trace context. */
export function traceparentOf({ traceId, spanId, traceFlags }: SpanContext): string {
  return `${VERSION}-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`;
}

/** The id of the trace that a W3C trace context belongs to, for log lines; undefined for none. */
export function traceIdOf(traceparent: string | null): string | undefined {
  return traceparent?.split('-')[1];
}
