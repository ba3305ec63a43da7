import { isRecord, isTaskName, TASK_NAME_FORM } from '#libs/contracts';
import { BodySchema } from '../http/body-schema.js';
import { type FieldError, invalid } from '../http/problem.js';
import { type EndpointDefinition, type EndpointRecord } from '../ledger/webhook-endpoint-row.js';
import { isTopicPattern, PATTERN_FORM } from '../triggers/topic-pattern.js';
import { fitsAnEnd } from './endpoint-wants.js';

/** A body of `POST /v1/webhook-endpoints`. */
interface EndpointRequest {
  readonly url: string;
  readonly description?: string;
  readonly events?: string | readonly string[];
  readonly tasks?: readonly string[];
  readonly queues?: readonly string[];
  readonly concurrency?: number;
  readonly enabled?: boolean;
}

const LONGEST_URL = 2_048;
const LONGEST_NAME = 100;
const MOST_NAMES = 50;
const MOST_AT_ONCE = 50;
const EVERY_END = ['job.*'];

const pattern = { type: 'string', minLength: 1, maxLength: 200 };
const names = (description: string): object => ({
  ...{ type: 'array', minItems: 1, maxItems: MOST_NAMES, uniqueItems: true, description },
  items: { type: 'string', minLength: 1, maxLength: LONGEST_NAME },
});

const properties = {
  url: {
    type: 'string',
    maxLength: LONGEST_URL,
    pattern: '^https?://[^\\s]+$',
    description: 'Where webhooks go: an http or https URL.',
  },
  description: { type: 'string', maxLength: 500, description: 'For people to read.' },
  events: {
    anyOf: [pattern, { type: 'array', minItems: 1, maxItems: MOST_NAMES, uniqueItems: true, items: pattern }],
    description:
      'What it hears of: job.completed, job.failed, job.cancelled, or patterns of them such as job.*. Every end without it.',
  },
  tasks: names(`Of jobs with these tasks alone, by their full names: ${TASK_NAME_FORM}.`),
  queues: names('Of jobs in these queues alone.'),
  concurrency: {
    type: 'integer',
    minimum: 1,
    maximum: MOST_AT_ONCE,
    description: 'Deliveries at once, one that waits to be tried again among them. No limit without it.',
  },
  enabled: { type: 'boolean', description: 'False: it is told nothing. True without it.' },
};

const REQUEST = new BodySchema<EndpointRequest>({
  ...{ type: 'object', additionalProperties: false, required: ['url'], properties },
});

/** The body of `POST /v1/webhook-endpoints`, for the OpenAPI document. */
export const ENDPOINT_SCHEMA = REQUEST.schema;

/** The body of `PATCH /v1/webhook-endpoints/:id`, for the OpenAPI document. */
export const ENDPOINT_CHANGE_SCHEMA = {
  ...ENDPOINT_SCHEMA,
  required: [],
  description: 'The fields that change. Null: as if the field had never been given.',
};

/**
 * The endpoint that a body describes.
 * @param storedTasks names that it has already: they may stay, though no new one may be like them
 * @throws Problem 422 that names each wrong field
 */
export function readEndpoint(body: unknown, storedTasks?: readonly string[]): EndpointDefinition {
  const { url, description, events = EVERY_END, tasks, queues, concurrency, enabled = true } = REQUEST.read(body);
  const errors = [...urlErrors(url), ...eventErrors(events), ...taskErrors(tasks, storedTasks)];
  if (errors.length > 0) throw invalid(errors);
  return {
    ...{ url, description: description ?? null, events: typeof events === 'string' ? [events] : events },
    ...{ tasks: tasks ?? null, queues: queues ?? null, concurrency: concurrency ?? null, enabled },
  };
}

/** An endpoint with changes, null for what is to be as if it had never been given. @throws Problem as `readEndpoint` */
export function changedEndpoint(known: EndpointRecord, change: unknown): EndpointDefinition {
  if (!isRecord(change)) throw invalid([{ path: '', message: 'must be an object' }]);
  const { url, description, events, tasks, queues, concurrency, enabled } = known;
  const whole = { url, description, events, tasks, queues, concurrency, enabled, ...change };
  return readEndpoint(Object.fromEntries(Object.entries(whole).filter(([, value]) => value !== null)), tasks ?? []);
}

function urlErrors(url: string): FieldError[] {
  return URL.canParse(url) ? [] : [{ path: 'url', message: 'must be an http or https URL' }];
}

function eventErrors(events: string | readonly string[]): FieldError[] {
  if (typeof events === 'string') return patternErrors(events, 'events');
  return events.flatMap((event, index) => patternErrors(event, `events.${index}`));
}

function taskErrors(tasks: readonly string[] = [], stored: readonly string[] = []): FieldError[] {
  return tasks.flatMap((task, index) =>
    isTaskName(task) || stored.includes(task) ? [] : [{ path: `tasks.${index}`, message: `must be ${TASK_NAME_FORM}` }],
  );
}

function patternErrors(event: string, path: string): FieldError[] {
  if (!isTopicPattern(event)) return [{ path, message: `must be ${PATTERN_FORM}` }];
  if (fitsAnEnd(event)) return [];
  return [{ path, message: 'must fit job.completed, job.failed or job.cancelled; others are told to nobody' }];
}
