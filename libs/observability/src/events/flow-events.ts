import { event } from '../event-definition.js';

const COUNTED = [
  {
    kind: 'counter',
    name: 'leveret_followers_total',
    help: 'Jobs that were enqueued because a job or a batch had ended, by whether they can run.',
    labels: ['outcome'],
  },
] as const;

/** What the gateway tells of flows. */
export const FLOW_EVENTS = {
  'flow.followed': event<{
    readonly job: string;
    readonly tenant: string;
    readonly task: string;
    readonly parent: string;
    readonly outcome: 'started' | 'refused';
    readonly code?: string;
    readonly reason?: string;
  }>({
    level: ({ outcome }) => (outcome === 'started' ? 'debug' : 'warn'),
    message: 'A job follows another, or a batch',
    moves: COUNTED,
  }),
  'flows.waiting': event<{ readonly reason: string }>({
    level: 'warn',
    message: 'What follows from jobs and batches cannot be looked at now; trying again',
  }),
} as const;
