import { JOB_STATUSES, LOG_LEVELS, MAX_PRIORITY } from '#libs/contracts';
import { GIVEN_OPTIONS_SCHEMA } from '../jobs/given-options.js';
import { count, id, orNull, page, ref, type Schema, text, time, whole } from './shapes.js';

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

/** The shapes of jobs, and of what has become of them. */
export const JOB_SCHEMAS: Readonly<Record<string, Schema>> = {
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
    jobs: { type: 'array', items: ref('Job'), description: 'The first few of them.' },
  }),
  SteeredJobs: whole({
    changed: count,
    unchanged: { ...count, description: 'Jobs that had changed meanwhile, or have to stay as they are.' },
    nextCursor: orNull({ ...text, description: 'There are more: the same call with it goes on.' }),
  }),
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
};
