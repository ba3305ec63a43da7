import { traceIdOf } from '#libs/observability';

/** Which trace a job belongs to. */
export interface ShownTrace {
  /** Null: it came without one. */
  readonly traceId: string | null;
  /** Where it can be looked at; null when the suite does not know where that would be. */
  readonly url: string | null;
}

/** @param template with `{traceId}` in the place of the trace's id */
export function shownTrace(traceparent: string | null, template: string | null): ShownTrace {
  const traceId = traceIdOf(traceparent) ?? null;
  const url = traceId === null || template === null ? null : template.replaceAll('{traceId}', traceId);
  return { traceId, url };
}
