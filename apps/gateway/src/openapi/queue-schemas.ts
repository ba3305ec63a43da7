import { count, number, orNull, page, type Schema, text, whole } from './shapes.js';

const DEPENDENCY_STATE = {
  type: 'string',
  enum: ['closed', 'open', 'half-open', 'ramping'],
  description:
    'Calls pass; it is down and none does; one at a time tries; it is back, and more pass with each success.',
};

const TIMES = whole({ avg: orNull(number), p50: orNull(number), p95: orNull(number) });

/** The shapes of what `/v1/queues` tells. */
export const QUEUE_SCHEMAS: Readonly<Record<string, Schema>> = {
  Queue: whole({
    name: text,
    waiting: count,
    waitingPaused: { ...count, description: 'Of those that wait: how many have a paused batch.' },
    active: count,
    delayed: { ...count, description: 'Jobs that wait for their next attempt.' },
    scheduled: count,
    completed: count,
    failed: count,
    dead: { ...count, description: 'Dead letters, also those of messages that are no job.' },
    consumers: { ...count, description: 'Worker processes that were heard of within 10 s.' },
    dependencies: {
      type: 'array',
      items: whole({ name: text, state: DEPENDENCY_STATE, inFlight: count, parked: count }),
      description: 'What its workers depend on at present: of each the gravest state, and what all of them do.',
    },
    paused: { type: 'boolean' },
    order: { type: 'string', enum: ['fifo', 'lifo'], description: 'Of jobs that wait for their turn: which first.' },
    weights: { type: 'object', additionalProperties: count, description: 'Of tasks; those without have 1.' },
    processingTime: {
      ...TIMES,
      description: 'Milliseconds of the executions of the last hour; null when there were none.',
    },
    waitingTime: {
      ...TIMES,
      description:
        'Milliseconds that the runs begun in the last hour had waited since they were due; null when there were none.',
    },
    throughput: { ...number, description: 'Jobs ended per second, over the last minute.' },
    oldestWaitingMs: {
      ...orNull(number),
      description: 'Of the job that has waited longest for a worker; null when none does.',
    },
  }),
  QueuePage: page('Queue'),
};
