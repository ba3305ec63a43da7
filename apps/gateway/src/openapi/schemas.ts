import { JOB_STATUSES, SCOPES } from '#libs/contracts';
import { KEY_LIMIT_FIELDS, TENANT_LIMIT_FIELDS } from '../limits/limits-request.js';
import { ACCOUNT_SCHEMAS } from './account-schemas.js';
import { AUDIT_SCHEMAS } from './audit-schemas.js';
import { DEAD_LETTER_SCHEMAS } from './dead-letter-schemas.js';
import { EXPLAIN_SCHEMAS } from './explain-schemas.js';
import { FLOW_SCHEMAS } from './flow-schemas.js';
import { JOB_SCHEMAS } from './job-schemas.js';
import { QUEUE_SCHEMAS } from './queue-schemas.js';
import { SCHEDULE_SCHEMAS } from './schedule-schemas.js';
import { count, errors, id, number, orNull, page, type Schema, text, time, whole } from './shapes.js';
import { TRIGGER_SCHEMAS } from './trigger-schemas.js';
import { WEBHOOK_SCHEMAS } from './webhook-schemas.js';

const apiKey = {
  id,
  name: text,
  tenant: text,
  scopes: { type: 'array', items: { type: 'string', enum: SCOPES } },
  ...KEY_LIMIT_FIELDS,
  hint: { ...text, description: 'The last characters of the secret.' },
  isConfigured: { type: 'boolean', description: 'Set by ADMIN_API_KEY, so that it cannot be revoked by the API.' },
  createdAt: time,
  lastUsedAt: orNull(time),
};

const batch = {
  id,
  tenant: text,
  total: { ...count, description: 'The jobs that were entered with it; deleted ones still count.' },
  counts: whole(Object.fromEntries(JOB_STATUSES.map((status) => [status, count]))),
  percent: { ...number, description: 'Of the jobs, how many have ended: 100 only when all have.' },
  createdAt: time,
  completedAt: { ...orNull(time), description: 'When its last job had ended for the first time.' },
  paused: { type: 'boolean', description: 'None of its jobs starts until it is resumed.' },
  pausedAt: orNull(time),
};

/** The shapes that the OpenAPI document refers to by name. */
export const SCHEMAS: Readonly<Record<string, Schema>> = {
  ...JOB_SCHEMAS,
  AcceptedBatch: whole({ batchId: id, jobs: { type: 'array', items: whole({ id }) } }),
  Batch: whole(batch),
  BatchPage: page('Batch'),
  SteeredBatch: whole({ ...batch, changed: { ...count, description: 'The jobs that the call has moved.' } }),
  Suppression: whole({
    address: text,
    reason: { type: 'string', enum: ['unsubscribed', 'bounced', 'by-hand'] },
    detail: { ...orNull(text), description: 'What the mail server said of a mailbox that does not exist.' },
    since: time,
  }),
  FileReference: whole({
    key: text,
    filename: text,
    contentType: text,
    size: { ...count, description: 'Bytes.' },
    sha256: { ...text, pattern: '^[0-9a-f]{64}$' },
    url: { type: 'string', format: 'uri', description: 'Downloads the file for a day, without an API key.' },
  }),
  Task: whole({
    name: text,
    queue: text,
    description: text,
    schema: { type: 'object', description: 'JSON Schema (draft 2020-12) of the payload.' },
    defaults: whole({
      priority: count,
      maxAttempts: count,
      backoff: whole({ type: text, delay: count, maxDelay: count, jitter: { type: 'number' } }),
      timeout: { ...count, description: 'Milliseconds, like every duration here.' },
      maxTimeout: { ...count, description: 'The most that a job may ask for.' },
      maxPayload: { ...count, description: 'Bytes of JSON.' },
    }),
    example: { description: 'A payload that runs as it is; null when the task has none.' },
    available: {
      type: 'boolean',
      description:
        'False when its app has not announced it for a day, or no longer has it; jobs are refused in the latter case alone.',
    },
    workers: {
      ...count,
      description: 'Worker processes of its queue that were heard of within 10 s. With none, jobs are taken and wait.',
    },
  }),
  TaskPage: page('Task'),
  Worker: whole({
    id: text,
    domain: text,
    queue: text,
    appVersion: text,
    concurrency: { ...count, description: 'Jobs at once.' },
    startedAt: time,
    heardAt: time,
    alive: { type: 'boolean', description: 'False when nothing has been heard of it for six seconds.' },
    runs: { type: 'array', items: whole({ jobId: id, run: count }), description: 'What it has in hand.' },
    memory: {
      ...orNull(whole({ rss: count, limit: orNull(count) })),
      description: 'Bytes of the process itself: resident, and what bounds it. Null of an app that does not tell.',
    },
  }),
  WorkerPage: page('Worker'),
  ...QUEUE_SCHEMAS,
  ApiKey: whole(apiKey),
  ApiKeyPage: page('ApiKey'),
  TenantLimits: whole(TENANT_LIMIT_FIELDS),
  NewApiKey: whole({ ...apiKey, secret: { ...text, description: 'The key itself. It is shown this once.' } }),
  ...ACCOUNT_SCHEMAS,
  ...AUDIT_SCHEMAS,
  ...DEAD_LETTER_SCHEMAS,
  ...EXPLAIN_SCHEMAS,
  ...FLOW_SCHEMAS,
  ...SCHEDULE_SCHEMAS,
  ...TRIGGER_SCHEMAS,
  ...WEBHOOK_SCHEMAS,
  Problem: {
    ...whole(
      { type: text, title: text, status: { type: 'integer' }, detail: text },
      {
        code: { ...text, description: 'Says why in one word, where the status alone leaves it open.' },
        errors,
        requestId: { ...text, description: 'Names the log entry of an unexpected error.' },
      },
    ),
    description: 'RFC 9457.',
  },
};
