import { JOB_STATUSES, LOG_LEVELS, MAX_PRIORITY, SCOPES } from '#libs/contracts';
import { GIVEN_OPTIONS_SCHEMA } from '../jobs/given-options.js';
import { CATCH_UPS, OVERLAPS } from '../ledger/schedule-row.js';
import { KEY_LIMIT_FIELDS, TENANT_LIMIT_FIELDS } from '../limits/limits-request.js';
import { ACCOUNT_SCHEMAS } from './account-schemas.js';
import { AUDIT_SCHEMAS } from './audit-schemas.js';
import { DEAD_LETTER_SCHEMAS } from './dead-letter-schemas.js';
import { EXPLAIN_SCHEMAS } from './explain-schemas.js';
import { FLOW_SCHEMAS } from './flow-schemas.js';
import { QUEUE_SCHEMAS } from './queue-schemas.js';
import { count, id, number, orNull, page, ref, type Schema, text, time, whole } from './shapes.js';
import { TRIGGER_SCHEMAS } from './trigger-schemas.js';
import { WEBHOOK_SCHEMAS } from './webhook-schemas.js';

const job = {
  id,
  tenant: text,
  version: { ...count, description: 'Rises with every change.' },
  task: text,
  queue: text,
  status: { type: 'string', enum: JOB_STATUSES },
  priority: { type: 'integer', minimum: 0, maximum: MAX_PRIORITY },
  progress: whole({ percent: { type: 'number', minimum: 0, maximum: 100 }, message: orNull(text) }),
  attempt: { ...count, description: 'Charged executions; 0 before the first start.' },
  maxAttempts: count,
  workerId: orNull(text),
  payload: { description: 'As it was sent; secret fields are shown as "***".' },
  metadata: { type: 'object' },
  result: {
    description: 'What the task gave back; its files carry a download link. Null until the job has completed.',
  },
  error: { oneOf: [ref('JobError'), { type: 'null' }], description: 'Of the latest failed attempt.' },
  batchId: orNull(id),
  parentId: orNull(id),
  uniqueKey: orNull(text),
  createdAt: time,
  scheduledFor: orNull(time),
  startedAt: orNull(time),
  nextAttemptAt: orNull(time),
  cancelRequestedAt: orNull(time),
  completedAt: orNull(time),
};

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

const schedule = {
  id,
  tenant: text,
  name: text,
  cron: orNull(text),
  timezone: text,
  every: { type: ['string', 'integer', 'null'] },
  task: text,
  payload: { description: 'As it was given; secret fields are shown as "***".' },
  enabled: { type: 'boolean' },
  catchUp: { type: 'string', enum: CATCH_UPS },
  overlap: { type: 'string', enum: OVERLAPS },
  nextRunAt: { ...orNull(time), description: 'Null while it is not enabled.' },
  lastJobId: orNull(id),
  createdAt: time,
  updatedAt: time,
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
  Job: whole(job),
  JobWithOptions: whole({
    ...job,
    options: {
      type: 'object',
      properties: GIVEN_OPTIONS_SCHEMA,
      description:
        'What its request said of them, as it was given. Priority, unique key and metadata are fields of the job; what follows ' +
        'from its end is shown by its flow.',
    },
  }),
  AcceptedJob: whole(
    { ...job, watchToken: { ...text, description: 'Opens the live updates of this job alone, for 15 minutes.' } },
    {
      notice: {
        ...whole({ code: { type: 'string', enum: ['no_consumer'] }, message: text }),
        description: 'What is to be known of the job although it was taken: nobody serves its queue now.',
      },
    },
  ),
  WatchToken: whole({
    watchToken: { ...text, description: 'Opens the live updates of this job alone, for 15 minutes.' },
  }),
  JobPage: page('Job'),
  JobPreview: whole({
    count: { ...count, description: 'How many jobs fit.' },
    at: { ...time, description: 'Jobs that come or end later do not fit with seenAt at this time.' },
    jobs: { type: 'array', items: { $ref: '#/components/schemas/Job' }, description: 'The first few of them.' },
  }),
  SteeredJobs: whole({
    changed: count,
    unchanged: { ...count, description: 'Jobs that had changed meanwhile, or have to stay as they are.' },
    nextCursor: orNull({ ...text, description: 'There are more: the same call with it goes on.' }),
  }),
  AcceptedBatch: whole({ batchId: id, jobs: { type: 'array', items: whole({ id }) } }),
  Batch: whole(batch),
  BatchPage: page('Batch'),
  SteeredBatch: whole({ ...batch, changed: { ...count, description: 'The jobs that the call has moved.' } }),
  JobError: whole({ code: text, message: text, permanent: { type: 'boolean' }, attempt: count, at: time }),
  LogLine: {
    ...whole({ at: time, attempt: count, level: { type: 'string', enum: LOG_LEVELS }, message: text }),
    additionalProperties: { description: 'What the handler added.' },
  },
  LogPage: page('LogLine'),
  JobTrace: whole({ traceId: orNull(text), url: orNull(text) }),
  Attempt: whole({
    attempt: count,
    run: { ...count, description: 'Counts also executions that cost no attempt.' },
    workerId: orNull(text),
    startedAt: orNull(time),
    endedAt: orNull(time),
    outcome: { enum: ['completed', 'failed', 'snoozed', 'returned', 'lost', 'cancelled', null] },
    error: { oneOf: [ref('JobError'), { type: 'null' }] },
    reason: { ...orNull(text), description: 'Why the run was put off, at no charge; null of every other one.' },
  }),
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
  Schedule: {
    ...whole(schedule),
    additionalProperties: { description: 'The options of its jobs as they were given; null what was not.' },
  },
  SchedulePage: page('Schedule'),
  SchedulePreview: whole({ ticks: { type: 'array', items: time, description: 'Fewer than five when no more come.' } }),
  ScheduleRun: whole({
    tick: { ...orNull(time), description: 'Null: started by hand.' },
    outcome: { type: 'string', enum: ['started', 'skipped', 'refused'] },
    jobId: orNull(id),
    reason: {
      oneOf: [
        {
          type: 'object',
          required: ['code', 'message'],
          properties: {
            code: text,
            message: text,
            errors: { type: 'array', items: whole({ path: text, message: text }) },
          },
        },
        { type: 'null' },
      ],
      description: 'Why no job was started, or what else is to be said of it.',
    },
    at: time,
  }),
  ScheduleRunPage: page('ScheduleRun'),
  ...TRIGGER_SCHEMAS,
  ...WEBHOOK_SCHEMAS,
  Problem: {
    type: 'object',
    description: 'RFC 9457.',
    required: ['type', 'title', 'status', 'detail'],
    properties: {
      type: text,
      title: text,
      status: { type: 'integer' },
      detail: text,
      code: { ...text, description: 'Says why in one word, where the status alone leaves it open.' },
      errors: { type: 'array', items: whole({ path: text, message: text }) },
      requestId: { ...text, description: 'Names the log entry of an unexpected error.' },
    },
  },
};
