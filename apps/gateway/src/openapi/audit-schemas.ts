import { JOB_STATUSES } from '#libs/contracts';
import { count, id, orNull, type Schema, text, time, whole } from './shapes.js';

const whereabouts = {
  unaccounted: { ...count, description: 'Look lost, and are sent again once that is proven.' },
  outbox: { ...count, description: 'Wait for the broker to take their message.' },
  held: {
    ...count,
    description:
      'Wait in the ledger for the turn of their tenant, for their concurrency key, or until their batch is resumed.',
  },
  delayed: { ...count, description: 'Wait for their next attempt.' },
  waiting: { ...count, description: 'Wait in a queue for a worker.' },
  paused: { ...count, description: 'Wait in a queue that is paused.' },
  running: count,
  scheduled: { ...count, description: 'Wait for their time.' },
};

const holder = whole({
  workerId: text,
  heardAt: orNull(time),
  alive: { type: 'boolean', description: 'False when nothing has been heard of it for six seconds.' },
  named: { type: 'boolean', description: 'Its latest heartbeat names the newest run of the job.' },
});

const finding = {
  type: 'object',
  required: ['check', 'grade', 'says'],
  properties: {
    check: text,
    grade: {
      type: 'string',
      enum: ['good', 'note', 'mend', 'unknown'],
      description: '`mend` needs somebody’s hand, `unknown` could not be looked at.',
    },
    says: text,
    mend: { ...text, description: 'What to do about it, where there is something.' },
  },
};

/** The shapes of what `GET /v1/audit` and `GET /v1/doctor` tell. */
export const AUDIT_SCHEMAS: Readonly<Record<string, Schema>> = {
  Audit: whole({
    ...whereabouts,
    open: { ...count, description: 'The sum of the counts above.' },
    queues: { type: 'array', items: whole({ queue: text, ...whereabouts }) },
    suspects: {
      ...count,
      description: 'Jobs that there has been no news of for a while. In a long or paused queue that is no bad sign.',
    },
    reconciler: whole({ working: { type: 'boolean' }, since: time, reason: orNull(text) }),
    sentinel: whole({
      since: orNull(time),
      checkedAt: orNull(time),
      wipedAt: { ...orNull(time), description: 'When the broker was last found without its data.' },
    }),
  }),
  Examination: whole({
    examinedAt: time,
    findings: { type: 'array', items: finding },
  }),
  JobWhereabouts: whole({
    jobId: id,
    task: text,
    queue: text,
    status: { type: 'string', enum: JOB_STATUSES },
    run: { ...count, description: 'The newest message that was sent out for it.' },
    place: { type: 'string', enum: [...Object.keys(whereabouts), 'ended'] },
    detail: { ...text, description: 'What the place means, and what happens next.' },
    dueAt: { ...orNull(time), description: 'For what it waits, if it is a time.' },
    suspectedAt: { ...orNull(time), description: 'Since when it is looked for, because there is no news of it.' },
    parkedReason: { ...orNull(text), description: 'Why the broker did not take its message.' },
    holder: { oneOf: [holder, { type: 'null' }], description: 'The worker that has it, or had it last.' },
  }),
};
