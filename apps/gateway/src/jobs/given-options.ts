import { JOB_REQUEST, type JobRequest } from './job-request.js';

/** The options of which a job itself shows nothing, or not what was given. */
const NAMES = [
  ...(['maxAttempts', 'backoff', 'timeout', 'expiresIn'] as const),
  ...(['uniqueFor', 'concurrencyKey', 'notify', 'callbackUrl'] as const),
] satisfies readonly (keyof JobRequest)[];

/** Options of a job as they were given; those that were not are missing. */
export type GivenOptions = Pick<JobRequest, (typeof NAMES)[number]>;

const all = JOB_REQUEST.schema['properties'] as Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** Their JSON Schemas as they are shown, for the OpenAPI document: what is hidden from a key has not the form of what was given. */
export const GIVEN_OPTIONS_SCHEMA = Object.fromEntries(NAMES.map((name) => [name, ofAnyForm(all[name] ?? {})]));

function ofAnyForm({ pattern: _, properties, ...schema }: Readonly<Record<string, unknown>>): Record<string, unknown> {
  if (properties === undefined) return schema;
  const inner = Object.entries(properties as Readonly<Record<string, Readonly<Record<string, unknown>>>>);
  return { ...schema, properties: Object.fromEntries(inner.map(([name, one]) => [name, ofAnyForm(one)])) };
}

/** What a request gives, as JSON text to be kept; null when it gives none of them. */
export function givenOptions(request: JobRequest): string | null {
  const given = NAMES.filter((name) => request[name] !== undefined);
  return given.length === 0 ? null : JSON.stringify(Object.fromEntries(given.map((name) => [name, request[name]])));
}
