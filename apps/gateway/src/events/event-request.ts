import { EVENT_TYPE_FORM, isEventType, isRecord, LIMITS, utf8Length } from '#libs/contracts';
import { isFactType } from '../facts/fact-type.js';
import { BodySchema } from '../http/body-schema.js';
import { type FieldError, invalid } from '../http/problem.js';

/** Why nobody else sends an event of such a type. */
export const TOLD_BY_US = 'the suite alone tells how jobs have ended';

/** The body of `POST /v1/events`. */
export interface EventRequest {
  readonly type: string;
  readonly data: unknown;
  readonly id?: string;
}

export const EVENT_REQUEST = new BodySchema<EventRequest>({
  type: 'object',
  additionalProperties: false,
  required: ['type', 'data'],
  properties: {
    type: { type: 'string', description: `What has happened: ${EVENT_TYPE_FORM}.` },
    data: { description: `Any JSON, at most ${LIMITS.eventData} bytes.` },
    id: {
      type: 'string',
      minLength: 1,
      maxLength: LIMITS.key,
      description: 'Yours: an event whose id came before starts nothing. Without it one is made.',
    },
  },
});

/**
 * Reads an event that is to be published, whose JSON must have passed `checkJson`.
 * @throws Problem 422 that names each wrong field
 */
export function readPublishedEvent(body: unknown): EventRequest {
  const event = readEvent(body);
  if (isFactType(event.type)) throw invalid([{ path: 'type', message: `must not be ${event.type}: ${TOLD_BY_US}` }]);
  return event;
}

/**
 * Reads an event, whose JSON must have passed `checkJson`.
 * @throws Problem 422 that names each wrong field
 */
export function readEvent(body: unknown): EventRequest {
  const errors = [...EVENT_REQUEST.errorsOf(body), ...(isRecord(body) ? eventErrors(body) : [])];
  if (errors.length > 0) throw invalid(errors);
  return body as EventRequest;
}

/** Of the fields that are there, what the schema does not say. */
function eventErrors({ type, data }: Readonly<Record<string, unknown>>): FieldError[] {
  const errors: FieldError[] = [];
  if (typeof type === 'string' && !isEventType(type))
    errors.push({ path: 'type', message: `must be ${EVENT_TYPE_FORM}` });
  const size = data === undefined ? 0 : utf8Length(JSON.stringify(data));
  if (size > LIMITS.eventData) {
    errors.push({ path: 'data', message: `must be at most ${LIMITS.eventData} bytes of JSON, is ${size}` });
  }
  return errors;
}
