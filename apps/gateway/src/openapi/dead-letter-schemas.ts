import { REDRIVE_STATES } from '../ledger/redrive.js';
import { count, id, number, orNull, page, ref, type Schema, text, time, whole } from './shapes.js';

const message = whole({
  routingKey: { ...text, description: 'Under which it lies among the dead letters.' },
  key: { ...orNull(text), description: 'That it was published with, when known.' },
  source: { ...orNull(text), description: 'The queue that it was read from, when known.' },
  messageId: orNull(text),
  type: orNull(text),
  priority: { type: ['integer', 'null'] },
  headers: { type: 'object' },
  encoding: { enum: ['json', 'utf8', 'base64'], description: 'How the payload stands for the body.' },
  size: { ...count, description: 'Bytes of the whole body.' },
  clipped: { type: 'boolean', description: 'Only the beginning of the body is kept.' },
  masked: { type: 'boolean', description: 'Secret fields of the body were not kept.' },
});

const deadLetter = {
  id,
  jobId: { ...orNull(id), description: 'Null: the message is no job’s.' },
  tenant: text,
  queue: text,
  task: orNull(text),
  error: ref('JobError'),
  reason: { ...text, description: 'Such as permanent_error, attempts_spent, unreadable, broker_rejected.' },
  payload: { description: 'Of the job, or the body of the message; secret fields are shown as "***".' },
  message: { oneOf: [message, { type: 'null' }], description: 'What came with a message that is no job’s.' },
  workerId: orNull(text),
  deadAt: time,
};

/** The shapes of dead letters and redrives. */
export const DEAD_LETTER_SCHEMAS: Readonly<Record<string, Schema>> = {
  DeadLetter: whole(deadLetter),
  DeadLetterWithAttempts: whole({ ...deadLetter, attempts: { type: 'array', items: ref('Attempt') } }),
  DeadLetterPage: page('DeadLetter'),
  DeadLetterGroup: whole({
    queue: text,
    task: orNull(text),
    errorCode: text,
    count,
    firstAt: time,
    lastAt: time,
  }),
  DeadLetterGroups: page('DeadLetterGroup'),
  PurgedDeadLetters: whole({
    purged: count,
    complete: { type: 'boolean', description: 'False: there are more; repeat the call.' },
  }),
  RedrivenNow: whole({
    redriven: { ...count, description: 'Letters that were redriven at once.' },
    refused: {
      type: 'array',
      items: { type: 'object', required: ['detail'], properties: { id, jobId: id, detail: text } },
    },
  }),
  Redrive: whole({
    id,
    state: { enum: REDRIVE_STATES },
    selection: { type: 'object' },
    canary: { ...count, description: 'Jobs that go first.' },
    rate: { ...number, description: 'Jobs per second after that.' },
    total: { ...count, description: 'Jobs that it was begun for.' },
    redriven: { ...count, description: 'Jobs that were queued again.' },
    refused: { ...count, description: 'Jobs that could not be queued again.' },
    completed: count,
    failed: count,
    stopReason: orNull(text),
    createdAt: time,
    endedAt: orNull(time),
  }),
  RedrivePage: page('Redrive'),
};
