import { BodySchema } from '../http/body-schema.js';
import { readTime } from '../http/iso-time.js';
import { type FieldError, invalid } from '../http/problem.js';

/** A body of `POST /v1/webhook-endpoints/:id/replay`. */
interface ReplayRequest {
  readonly since: string;
  readonly until?: string;
  readonly which?: 'undelivered' | 'all';
}

/** A time whose ends are delivered once more. */
export interface Replay {
  readonly since: Date;
  readonly until: Date;
  /** Also those that were delivered. */
  readonly all: boolean;
}

const REQUEST = new BodySchema<ReplayRequest>({
  type: 'object',
  additionalProperties: false,
  required: ['since'],
  properties: {
    since: { type: 'string', description: 'Of jobs that ended at this time or later: ISO 8601 with a time zone.' },
    until: { type: 'string', description: 'And before this time. Now, without it.' },
    which: {
      type: 'string',
      enum: ['undelivered', 'all'],
      description: 'Those that were not delivered and are not about to be, or all. Undelivered ones without it.',
    },
  },
});

/** For the OpenAPI document. */
export const REPLAY_SCHEMA = REQUEST.schema;

/** The time that a body names. @throws Problem 422 that names each wrong field */
export function readReplay(body: unknown): Replay {
  const request = REQUEST.read(body);
  const errors: FieldError[] = [];
  const since = timeOf('since', request.since, errors);
  const until = request.until === undefined ? new Date() : timeOf('until', request.until, errors);
  if (errors.length === 0 && until <= since) errors.push({ path: 'until', message: 'must be after since' });
  if (errors.length > 0) throw invalid(errors);
  return { since, until, all: request.which === 'all' };
}

function timeOf(path: string, text: string, errors: FieldError[]): Date {
  const time = readTime(text);
  if (time === undefined) {
    errors.push({ path, message: 'must be a time in ISO 8601 with a time zone: 2031-04-01T12:00:00Z' });
  }
  return time ?? new Date(0);
}
