import {
  type Context,
  context as contexts,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
  type Tracer,
} from '@opentelemetry/api';
import { contextOf, traceparentOf } from './trace-context.js';

/** What is told of a span, named by the semantic conventions of OpenTelemetry. */
export type SpanAttributes = Readonly<Record<string, string | number | boolean>>;

/** A piece of work that is told of. */
export interface SpanAbout {
  /** Of few different ones: no ids. */
  readonly name: string;
  readonly kind: 'server' | 'client' | 'producer' | 'consumer';
  readonly attributes: SpanAttributes;
}

/** How a piece of work has ended. */
export interface SpanEnd {
  readonly attributes?: SpanAttributes;
  /** A code, or the name of an error; without one it went well. */
  readonly error?: string;
}

/** A piece of work that goes on. */
export interface OpenSpan {
  /** For whoever goes on with it elsewhere: the W3C trace context; what was there before while nothing is traced. */
  readonly traceparent: string | null;
  /** Runs something whose own spans belong to this one, those of libraries too. */
  within<R>(work: () => R): R;
  end(how?: SpanEnd): void;
}

const KINDS = {
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
} as const;

let tracer: Tracer | undefined;

/** From now on spans are made, by the provider that is registered. */
export function traceFromNowOn(): void {
  tracer = trace.getTracer('leveret');
}

/** Whether spans are made at all. */
export function isTracing(): boolean {
  return tracer !== undefined;
}

/**
 * Begins a span. Costs nothing but this call while nothing is traced.
 * @param about is asked only when something is traced
 * @param parent the trace context that it goes on with; null for the span that it is within, else a trace of its own
 */
export function beginSpan(about: () => SpanAbout, parent: string | null): OpenSpan {
  return tracer === undefined ? new UntracedSpan(parent) : begun(tracer, about(), parent);
}

/**
 * Does a piece of work within a span of its own, which ends with it: when it fails, by the name of its error.
 * @param about see `beginSpan`, also for `parent`
 * @param work gets the trace context for whoever goes on with it elsewhere: that of the span, else `parent`
 * @param endOf how the span ends after work that went well, which may be later; never rejects. Is asked only when something is traced
 */
export async function inSpan<R>(
  about: () => SpanAbout,
  parent: string | null,
  work: (traceparent: string | null) => Promise<R>,
  endOf: (result: R) => SpanEnd | Promise<SpanEnd> = () => ({}),
): Promise<R> {
  if (!isTracing()) return work(parent);
  const span = beginSpan(about, parent);
  try {
    const result = await work(span.traceparent);
    void Promise.resolve(endOf(result)).then((how) => {
      span.end(how);
    });
    return result;
  } catch (error) {
    span.end({ error: error instanceof Error ? error.name : 'error' });
    throw error;
  }
}

class UntracedSpan implements OpenSpan {
  constructor(readonly traceparent: string | null) {}

  within<R>(work: () => R): R {
    return work();
  }

  end(): void {
    // Nobody is told.
  }
}

class TracedSpan implements OpenSpan {
  readonly #span: Span;
  readonly #context: Context;

  constructor(span: Span, parent: Context) {
    this.#span = span;
    this.#context = trace.setSpan(parent, span);
  }

  get traceparent(): string {
    return traceparentOf(this.#span.spanContext());
  }

  within<R>(work: () => R): R {
    return contexts.with(this.#context, work);
  }

  end({ attributes, error }: SpanEnd = {}): void {
    if (attributes !== undefined) this.#span.setAttributes(attributes);
    if (error !== undefined) {
      this.#span.setAttribute('error.type', error);
      this.#span.setStatus({ code: SpanStatusCode.ERROR });
    }
    this.#span.end();
  }
}

function begun(by: Tracer, { name, kind, attributes }: SpanAbout, parent: string | null): OpenSpan {
  const around = (parent === null ? undefined : contextOf(parent, ROOT_CONTEXT)) ?? contexts.active();
  return new TracedSpan(by.startSpan(name, { kind: KINDS[kind], attributes }, around), around);
}
