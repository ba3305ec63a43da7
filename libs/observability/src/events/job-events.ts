import { type Outcome, type ReturnReason } from '#libs/contracts';
import { event } from '../event-definition.js';

export interface Run {
  readonly job: string;
  readonly task: string;
  readonly attempt: number;
  readonly run: number;
  readonly tenant: string;
  /** The id of its trace, where it has one. */
  readonly trace?: string;
}

/** Upper bounds for how long jobs run and wait: from what nobody notices to an hour. */
export const JOB_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3_600];

/** What consumer apps tell of the runs in their hands. */
export const JOB_EVENTS = {
  'job.started': event<Run>({
    level: 'debug',
    message: 'A run has begun',
    moves: [{ kind: 'counter', name: 'leveret_jobs_started_total', help: 'Runs that have begun.', labels: ['task'] }],
  }),
  'job.ended': event<Run & { readonly outcome: Outcome['kind']; readonly durationMs: number; readonly code?: string }>({
    level: ({ outcome }) => (outcome === 'reject' || outcome === 'retry' ? 'info' : 'debug'),
    message: 'A run has ended',
    moves: [
      {
        kind: 'counter',
        name: 'leveret_jobs_ended_total',
        help: 'Runs that have ended, by what came of them.',
        labels: ['task', 'outcome'],
      },
      {
        kind: 'histogram',
        name: 'leveret_job_duration_seconds',
        help: 'How long runs took.',
        labels: ['task'],
        observe: 'durationMs',
        of: 'time',
        buckets: JOB_SECONDS,
      },
    ],
  }),
  'job.returned': event<{ readonly job: string; readonly run: number; readonly reason: ReturnReason }>({
    level: 'debug',
    message: 'A delivery was handed back unrun',
    moves: [
      {
        kind: 'counter',
        name: 'leveret_jobs_returned_total',
        help: 'Deliveries handed back unrun.',
        labels: ['reason'],
      },
    ],
  }),
  'child.replaced': event<{ readonly pid: number; readonly reason: string }>({
    level: 'warn',
    message: 'A child process was replaced',
    moves: [
      { kind: 'counter', name: 'leveret_children_replaced_total', help: 'Child processes replaced.', labels: [] },
    ],
  }),
} as const;
