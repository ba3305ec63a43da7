import { JOB_STATUSES } from '#libs/contracts';
import { ENDS } from '../ledger/follow-up.js';
import { id, orNull, ref, type Schema, text, time, whole } from './shapes.js';

const node = {
  kind: { type: 'string', enum: ['job'] },
  id: { ...orNull(id), description: 'Null of a job within one that is still to come.' },
  task: text,
  status: {
    type: 'string',
    enum: [...JOB_STATUSES, 'waiting', 'skipped'],
    description: 'waiting: still to come. skipped: what it was to follow has ended otherwise for good.',
  },
  by: {
    enum: ['then', 'spawn', 'batch', null],
    description: 'How it came into the flow; null of the job that it begins with.',
  },
  on: { enum: [...ENDS, null], description: 'The end that it waits for; null when it waits for none any more.' },
  errorCode: orNull(text),
  createdAt: orNull(time),
  completedAt: orNull(time),
  spawned: { oneOf: [ref('Batch'), { type: 'null' }], description: 'The batch of the jobs that it has spawned.' },
  children: { type: 'array', items: ref('FlowNode') },
};

/** The shapes of flows. */
export const FLOW_SCHEMAS: Readonly<Record<string, Schema>> = {
  FlowNode: whole(node),
  Flow: whole({
    root: {
      oneOf: [
        ref('FlowNode'),
        {
          allOf: [
            ref('Batch'),
            whole({ kind: { type: 'string', enum: ['batch'] }, children: { type: 'array', items: ref('FlowNode') } }),
          ],
        },
      ],
    },
    truncated: { type: 'boolean', description: 'There are more jobs than are shown.' },
  }),
};
