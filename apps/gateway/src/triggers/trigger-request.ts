import { isRecord } from '#libs/contracts';
import { BodySchema } from '../http/body-schema.js';
import { type FieldError, invalid } from '../http/problem.js';
import { JOB_REQUEST } from '../jobs/job-request.js';
import { type EventFilter, FILTER_FORM, filterErrors } from './event-filter.js';
import { isTopicPattern, PATTERN_FORM } from './topic-pattern.js';

/** What a trigger's body says of the trigger; the other fields are those of its jobs. */
interface OwnFields {
  readonly name: string;
  readonly pattern: string;
  readonly filter?: EventFilter;
  readonly enabled?: boolean;
}

/** What a body of `POST /v1/triggers` says of the trigger. */
export interface OwnTrigger {
  readonly name: string;
  readonly pattern: string;
  readonly filter: EventFilter;
  readonly enabled: boolean;
}

/** A body of `POST /v1/triggers`, read as far as it needs no task. */
export interface TriggerRequest {
  /** Undefined when it is malformed. */
  readonly own: OwnTrigger | undefined;
  /** A body of `POST /v1/jobs`, unchecked. */
  readonly job: Readonly<Record<string, unknown>>;
}

const ownProperties = {
  name: { type: 'string', minLength: 1, maxLength: 100, description: 'For people to read.' },
  pattern: { type: 'string', minLength: 1, description: `Of the types of events: ${PATTERN_FORM}.` },
  filter: { type: 'object', description: `${FILTER_FORM} Without it, every event that fits the pattern.` },
  enabled: { type: 'boolean', description: 'False: it starts nothing. True without it.' },
};

const OWN = new BodySchema<OwnFields>({ type: 'object', required: ['name', 'pattern'], properties: ownProperties });

const jobProperties = JOB_REQUEST.schema['properties'] as Readonly<Record<string, unknown>>;

/** The options of a job that a trigger takes: all of them, and the task and payload. */
export const TRIGGERED_JOB_FIELDS = Object.keys(jobProperties);

/** The body of `POST /v1/triggers`, for the OpenAPI document. */
export const TRIGGER_SCHEMA = {
  type: 'object',
  additionalProperties: false,
  required: ['name', 'pattern', 'task'],
  properties: { ...ownProperties, ...jobProperties },
};

/** The body of `PATCH /v1/triggers/:id`, for the OpenAPI document. */
export const TRIGGER_CHANGE_SCHEMA = {
  ...TRIGGER_SCHEMA,
  required: [],
  description: 'The fields that change. Null: as if the field had never been given.',
};

/**
 * Reads what a body says of the trigger. What is wrong is added to `errors`, by path.
 * @throws Problem 422 when it is no object
 */
export function readTriggerRequest(body: unknown, errors: FieldError[]): TriggerRequest {
  if (!isRecord(body)) throw invalid([{ path: '', message: 'must be an object' }]);
  const { name, pattern, filter = {}, enabled = true, ...job } = body as unknown as OwnFields;
  const malformed = OWN.errorsOf(body);
  errors.push(...malformed);
  if (malformed.length > 0) return { own: undefined, job };
  if (!isTopicPattern(pattern)) errors.push({ path: 'pattern', message: `must be ${PATTERN_FORM}` });
  errors.push(...filterErrors(filter));
  return { own: { name, pattern, filter, enabled }, job };
}

/** Whether a change is about more than the trigger itself. */
export function changesJobs(change: Readonly<Record<string, unknown>>): boolean {
  return Object.keys(change).some((name) => !(name in ownProperties));
}
