import { JOB_STATUSES } from '#libs/contracts';
import { DELIVERY_KINDS } from '../ledger/delivery-entry.js';
import { DISABLED_REASONS } from '../ledger/webhook-endpoint-row.js';
import { count, id, number, orNull, page, ref, type Schema, text, time, whole } from './shapes.js';

const secret = { ...text, description: 'whsec_ and base64, as the Standard Webhooks specification has it.' };

const names = { type: 'array', items: text };

const endpoint = {
  id,
  tenant: text,
  url: text,
  description: orNull(text),
  events: names,
  tasks: { ...orNull(names), description: 'Null: whatever their task.' },
  queues: { ...orNull(names), description: 'Null: whatever their queue.' },
  concurrency: { ...orNull(count), description: 'Null: no limit.' },
  enabled: { type: 'boolean' },
  disabled: {
    oneOf: [whole({ reason: { type: 'string', enum: DISABLED_REASONS }, at: time }), { type: 'null' }],
    description:
      'Why it is told nothing: receiver_gone when its receiver has answered 410, failing when every delivery of five days was in vain.',
  },
  failingSince: { ...orNull(time), description: 'Null: the latest delivery was received, or there was none.' },
  createdAt: time,
  updatedAt: time,
};

const answer = {
  oneOf: [whole({ status: count, excerpt: orNull(text) }), { type: 'null' }],
  description: 'What the receiver has answered, with the beginning of its text. Null: nothing.',
};

const error = { oneOf: [ref('JobError'), { type: 'null' }] };

/** The shapes of webhooks. */
export const WEBHOOK_SCHEMAS: Readonly<Record<string, Schema>> = {
  WebhookSecret: whole({ secret }),
  WebhookEndpoint: whole(endpoint),
  NewWebhookEndpoint: whole({ ...endpoint, secret }),
  WebhookEndpointPage: page('WebhookEndpoint'),
  WebhookDelivery: whole({
    id: { ...id, description: 'Of the job that delivers.' },
    endpointId: id,
    messageId: { ...id, description: 'The webhook-id: the same in every try and every replay.' },
    kind: { type: 'string', enum: DELIVERY_KINDS },
    event: text,
    jobId: { ...orNull(id), description: 'The job whose end it tells of; null in a test.' },
    status: { type: 'string', enum: JOB_STATUSES },
    request: {
      ...whole({ method: text, url: text, headers: { type: 'object', additionalProperties: text }, body: {} }),
      description: 'As it is sent, but for the signature and what is new in each try.',
    },
    answer,
    error,
    attempts: {
      type: 'array',
      items: whole({
        attempt: count,
        run: count,
        startedAt: orNull(time),
        endedAt: orNull(time),
        durationMs: orNull(number),
        outcome: { enum: ['completed', 'failed', 'snoozed', 'returned', 'lost', 'cancelled', null] },
        answer,
        error,
        reason: { ...orNull(text), description: 'Why the try was put off, at no charge; null of every other one.' },
      }),
    },
    createdAt: time,
    nextAttemptAt: orNull(time),
    completedAt: orNull(time),
  }),
  WebhookDeliveryPage: page('WebhookDelivery'),
  WebhookReplay: whole({ deliveries: count }),
};
