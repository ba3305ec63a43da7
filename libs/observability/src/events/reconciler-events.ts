import { event } from '../event-definition.js';

const REPAIRED = {
  kind: 'counter',
  name: 'leveret_jobs_repaired_total',
  help: 'Jobs sent again because their message or outcome was proven lost, by what was lost.',
  labels: ['cause'],
  by: 'count',
} as const;

/** What the gateway tells of jobs whose message or outcome was lost. */
export const RECONCILER_EVENTS = {
  'jobs.repaired': event<{ readonly count: number; readonly cause: string; readonly queue: string }>({
    level: 'warn',
    message: 'Jobs were proven lost and sent again',
    moves: [REPAIRED],
  }),
  'voids.ended': event<{ readonly count: number; readonly queue: string }>({
    level: 'info',
    message: 'Voids stand for messages that are proven to be nowhere, and are no longer in force',
  }),
  'broker.wiped': event<{ readonly count: number; readonly cause: string; readonly queue: string }>({
    level: 'error',
    message: 'The broker has lost its data; what lay in it is sent again',
    moves: [REPAIRED],
  }),
  'spawned.lost': event<{ readonly count: number }>({
    level: 'error',
    message:
      'Spawned jobs were lost with the data of the broker before they were taken in; their batches end as failed',
    moves: [
      {
        kind: 'counter',
        name: 'leveret_spawned_lost_total',
        help: 'Spawned jobs that were lost with the data of the broker before they were taken in.',
        labels: [],
        by: 'count',
      },
    ],
  }),
  'reconciler.waiting': event<{ readonly reason: string }>({
    level: 'warn',
    message: 'Lost jobs cannot be looked for at the moment; trying again',
  }),
} as const;
