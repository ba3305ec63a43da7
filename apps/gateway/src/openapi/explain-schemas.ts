import { JOB_STATUSES } from '#libs/contracts';
import { count, id, type Schema, text, time, whole } from './shapes.js';

const range = { oneOf: [whole({ from: time, to: time }), { type: 'null' }] };

/** The shapes of what `GET /v1/jobs/:id/explain` tells. */
export const EXPLAIN_SCHEMAS: Readonly<Record<string, Schema>> = {
  Explanation: whole({
    jobId: id,
    state: { type: 'string', enum: JOB_STATUSES },
    reasons: {
      type: 'array',
      items: {
        ...whole({ code: text, message: { ...text, description: 'A sentence for people.' } }),
        additionalProperties: { description: 'What the sentence is about: `at`, `heldBy`, `ahead`, …' },
      },
    },
    position: {
      oneOf: [
        whole({ ahead: count, more: { type: 'boolean', description: 'There are more than were counted.' } }),
        { type: 'null' },
      ],
      description: 'How many jobs are before it; null when it does not wait in a queue.',
    },
    estimate: {
      oneOf: [
        whole({
          startsAt: { ...range, description: 'Null when it has started.' },
          endsAt: { ...range, description: 'Null when nothing says how long it takes.' },
        }),
        { type: 'null' },
      ],
    },
  }),
};
