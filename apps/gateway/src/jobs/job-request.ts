import {
  DEFAULT_MAX_ATTEMPTS,
  DURATION_FORM,
  type Duration,
  LIMITS,
  LONGEST_MAILBOX,
  MAILBOX_PATTERN,
  MAX_PRIORITY,
  PRIORITIES,
} from '#libs/contracts';
import { BodySchema } from '../http/body-schema.js';

/** The body of `POST /v1/jobs`. */
export interface JobRequest {
  readonly task: string;
  readonly payload?: unknown;
  readonly priority?: number | keyof typeof PRIORITIES;
  readonly delay?: Duration;
  readonly runAt?: string;
  readonly maxAttempts?: number;
  readonly backoff?: BackoffRequest;
  readonly timeout?: Duration;
  readonly expiresIn?: Duration;
  readonly uniqueKey?: string;
  readonly uniqueFor?: Duration;
  readonly concurrencyKey?: string;
  readonly metadata?: Readonly<Record<string, unknown>>;
  readonly then?: readonly unknown[];
  readonly notify?: { readonly email: string };
  readonly callbackUrl?: string;
}

/** What is left out comes from the task. */
export interface BackoffRequest {
  readonly type?: 'exponential' | 'fixed';
  readonly delay?: Duration;
  readonly maxDelay?: Duration;
  readonly jitter?: number;
}

const LONGEST_URL = 2_048;

function duration(meaning: string): Readonly<Record<string, unknown>> {
  const anyOf = [{ type: 'integer', minimum: 0 }, { type: 'string' }];
  return { anyOf, description: `${DURATION_FORM}: ${meaning}` };
}

export const JOB_REQUEST = new BodySchema<JobRequest>({
  type: 'object',
  additionalProperties: false,
  required: ['task'],
  properties: {
    task: {
      type: 'string',
      minLength: 1,
      maxLength: 100,
      description: 'A task of GET /v1/tasks; without its domain when one domain alone has it.',
    },
    payload: { description: 'What the task works on: see the schema of the task. Without it, an empty object.' },
    priority: {
      anyOf: [{ type: 'integer', minimum: 0, maximum: MAX_PRIORITY }, { enum: Object.keys(PRIORITIES) }],
      description: `a whole number from 0 to ${MAX_PRIORITY}, higher first, or low, normal, high or critical`,
    },
    delay: duration('how long to wait before the start; at once without it, ten years at most'),
    runAt: {
      type: 'string',
      format: 'date-time',
      description: 'When to start at the earliest: ISO 8601 with a time zone.',
    },
    maxAttempts: {
      type: 'integer',
      minimum: 1,
      maximum: LIMITS.maxAttempts,
      description: `How often it is tried before it has failed. What the task says without it, else ${DEFAULT_MAX_ATTEMPTS}.`,
    },
    backoff: {
      type: 'object',
      additionalProperties: false,
      description:
        'The waits between attempts. What is left out is as the task says, else exponential from 1s to 1h with a jitter of 0.2.',
      properties: {
        type: { type: 'string', enum: ['exponential', 'fixed'] },
        delay: duration('the first wait; when fixed, each'),
        maxDelay: duration('the longest wait'),
        jitter: { type: 'number', minimum: 0, maximum: 1, description: 'The random share of each wait.' },
      },
    },
    timeout: duration(
      'how long an attempt may take, at most what the task allows; what the task says without it, else 5m',
    ),
    expiresIn: duration('how long it may wait for its start before it is cancelled; for ever without it'),
    uniqueKey: {
      type: 'string',
      minLength: 1,
      maxLength: LIMITS.key,
      description: 'While a job of the task with this key has not ended, that job is the answer.',
    },
    uniqueFor: duration('how long the unique key holds, also when its job has ended'),
    concurrencyKey: {
      type: 'string',
      minLength: 1,
      maxLength: LIMITS.key,
      description: "Of the tenant's jobs with this key, whatever their task, one at most runs at once.",
    },
    metadata: { type: 'object', description: 'Yours, to find jobs by: at most 4 KiB.' },
    then: {
      type: 'array',
      minItems: 1,
      maxItems: LIMITS.followUps,
      items: { type: 'object' },
      description:
        'Jobs to enqueue when this one has ended: bodies like this one, with `on` (completed, failed, cancelled or final; ' +
        'completed without it), `after` (job or spawned) and placeholders such as {{result.file}} in their payloads.',
    },
    notify: {
      type: 'object',
      required: ['email'],
      additionalProperties: false,
      properties: {
        email: {
          type: 'string',
          maxLength: LONGEST_MAILBOX,
          pattern: `^${MAILBOX_PATTERN}$`,
          description: 'one mailbox, the address alone as in name@example.org',
        },
      },
      description: 'Whom to send a mail when the job has ended, with links to the files of its result.',
    },
    callbackUrl: {
      type: 'string',
      maxLength: LONGEST_URL,
      pattern: '^https?://[^\\s]+$',
      description: 'Where a signed webhook goes when the job has ended, however: an http or https URL.',
    },
  },
});
