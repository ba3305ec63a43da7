import { isRecord, LIMITS } from '#libs/contracts';
import { type FieldError } from '../http/problem.js';
import { fillPlaceholders } from '../placeholders/fill-placeholders.js';
import { checkPlaceholders } from '../placeholders/check-placeholders.js';
import { EVENT_ROOTS, type EventValues } from './event-filter.js';

/** The fields of a job in which placeholders stand for values of the event. */
const TEMPLATES = ['payload', 'metadata', 'uniqueKey', 'concurrencyKey'] as const;

/** A request for a job, made of a trigger and an event, or what is wrong with that, by path. */
export type BuiltRequest =
  | { readonly ok: true; readonly request: Readonly<Record<string, unknown>> }
  | { readonly ok: false; readonly errors: readonly FieldError[] };

/**
 * Makes the request of a trigger's job for an event.
 * @param maxPayload bytes of JSON that the task takes
 */
export function buildRequest(
  template: Readonly<Record<string, unknown>>,
  event: EventValues,
  maxPayload: number,
): BuiltRequest {
  const request: Record<string, unknown> = { ...template };
  const errors: FieldError[] = [];
  for (const field of TEMPLATES.filter((name) => name in template)) {
    const maxBytes = field === 'payload' ? maxPayload : LIMITS.metadata;
    const filled = fillPlaceholders(template[field], { path: field, values: event, maxBytes });
    if (filled.ok) request[field] = filled.value;
    else errors.push(...filled.errors);
  }
  return errors.length === 0 ? { ok: true, request } : { ok: false, errors };
}

/** What is wrong with the placeholders of a trigger's request, by path. */
export function templateErrors(template: Readonly<Record<string, unknown>>): FieldError[] {
  return TEMPLATES.flatMap((field) => checkPlaceholders(template[field], field, EVENT_ROOTS).errors);
}

/** Of what is wrong with a request whose placeholders are not filled in, that which no event can mend. */
export function lastingErrors(
  template: Readonly<Record<string, unknown>>,
  errors: readonly FieldError[],
): readonly FieldError[] {
  const open = TEMPLATES.flatMap((field) => templatePaths(template[field], field));
  return errors.filter(({ path }) => !open.some((one) => isWithin(path, one) || isWithin(one, path)));
}

function templatePaths(value: unknown, path: string): string[] {
  if (typeof value === 'string') return value.includes('{{') ? [path] : [];
  if (Array.isArray(value)) return value.flatMap((item, index) => templatePaths(item, `${path}.${index}`));
  if (!isRecord(value)) return [];
  return Object.entries(value).flatMap(([name, inner]) => templatePaths(inner, `${path}.${name}`));
}

function isWithin(path: string, outer: string): boolean {
  return path === outer || path.startsWith(`${outer}.`);
}
