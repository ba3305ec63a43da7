import { type JobStatus } from '#libs/contracts';
import { event } from '../event-definition.js';
import { JOB_SECONDS } from './job-events.js';

const OUTBOX_FULL = {
  kind: 'gauge',
  name: 'leveret_outbox_full',
  help: '1 while no more jobs are taken because the outbox is full.',
  labels: [],
} as const;

const SHORT_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];
const ATTEMPTS = [1, 2, 3, 5, 10, 20];

/** What the gateway tells of the way into the ledger and out of it. */
export const LEDGER_EVENTS = {
  'ledger.waiting': event<{ readonly reason: string }>({
    level: 'warn',
    message: 'The database does not answer yet; trying again',
  }),
  'retention.removed': event<{ readonly what: string; readonly count: number }>({
    level: 'debug',
    message: 'What was old is gone',
    moves: [
      {
        kind: 'counter',
        name: 'leveret_retention_removed_total',
        help: 'What was old and has been let go of. Of uploads, those that were looked at.',
        labels: ['what'],
        by: 'count',
      },
    ],
  }),
  'retention.waiting': event<{ readonly what: string; readonly reason: string }>({
    level: 'warn',
    message: 'What is old cannot be let go of now; trying again',
  }),
  'job.accepted': event<{ readonly count: number }>({
    level: 'debug',
    message: 'Jobs accepted',
    moves: [
      {
        kind: 'counter',
        name: 'leveret_jobs_accepted_total',
        help: 'Jobs entered into the ledger.',
        labels: [],
        by: 'count',
      },
    ],
  }),
  'reports.written': event<{ readonly count: number; readonly durationMs: number }>({
    level: 'debug',
    message: 'Reports written to the ledger',
    moves: [
      {
        kind: 'counter',
        name: 'leveret_reports_written_total',
        help: "Workers' reports written to the ledger.",
        labels: [],
        by: 'count',
      },
      {
        kind: 'histogram',
        name: 'leveret_reports_write_seconds',
        help: 'How long writing one batch of reports took.',
        labels: [],
        observe: 'durationMs',
        of: 'time',
        buckets: SHORT_SECONDS,
      },
    ],
  }),
  'run.begun': event<{ readonly task: string; readonly waitedMs: number }>({
    level: 'trace',
    message: 'The ledger knows of a run that has begun',
    moves: [
      {
        kind: 'histogram',
        name: 'leveret_job_wait_seconds',
        help: 'How long runs that were due have waited for a worker.',
        labels: ['task'],
        observe: 'waitedMs',
        of: 'time',
        buckets: JOB_SECONDS,
      },
    ],
  }),
  'job.final': event<{ readonly task: string; readonly status: JobStatus; readonly attempts: number }>({
    level: 'trace',
    message: 'The ledger knows the end of a job',
    moves: [
      {
        kind: 'counter',
        name: 'leveret_jobs_final_total',
        help: 'Jobs that have ended with what a worker reported, by the status that is final.',
        labels: ['task', 'status'],
      },
      {
        kind: 'histogram',
        name: 'leveret_job_attempts',
        help: 'Attempts that jobs had been charged with when they ended.',
        labels: ['task'],
        observe: 'attempts',
        of: 'number',
        buckets: ATTEMPTS,
      },
    ],
  }),
  'report.kept-aside': event<{ readonly reason: string }>({
    level: 'warn',
    message: 'A report was kept aside: it moves no job',
    moves: [
      {
        kind: 'counter',
        name: 'leveret_reports_kept_aside_total',
        help: 'Reports that moved no job and were kept for inspection.',
        labels: [],
      },
    ],
  }),
  'runs.lost': event<{ readonly count: number }>({
    level: 'warn',
    message: 'Workers are gone: attempts of theirs are charged as lost',
    moves: [
      {
        kind: 'counter',
        name: 'leveret_runs_lost_total',
        help: 'Attempts charged because the worker that ran them was gone.',
        labels: [],
        by: 'count',
      },
    ],
  }),
  'relay.published': event<{ readonly count: number }>({
    level: 'debug',
    message: 'Outbox rows published',
    moves: [
      {
        kind: 'counter',
        name: 'leveret_relay_published_total',
        help: 'Outbox rows that the broker has confirmed.',
        labels: [],
        by: 'count',
      },
    ],
  }),
  'relay.parked': event<{ readonly count: number; readonly reason: string }>({
    level: 'warn',
    message: 'Outbox rows parked until they can be sent',
    moves: [
      {
        kind: 'counter',
        name: 'leveret_relay_parked_total',
        help: 'Outbox rows parked because they could not be sent.',
        labels: [],
        by: 'count',
      },
    ],
  }),
  'control.repeated': event<{ readonly queues: number; readonly voids: number }>({
    level: 'info',
    message: 'What is in force was said again on the control stream',
  }),
  'control.waiting': event<{ readonly reason: string }>({
    level: 'warn',
    message: 'What is in force cannot be said on the control stream yet; no work is sent before it is',
  }),
  'outbox.swept': event<{ readonly count: number }>({
    level: 'info',
    message: 'Outbox rows that nobody was sending were taken up',
    moves: [
      {
        kind: 'counter',
        name: 'leveret_outbox_swept_total',
        help: 'Outbox rows taken up from a gateway that did not send them.',
        labels: [],
        by: 'count',
      },
    ],
  }),
  'outbox.full': event<{ readonly rows: number; readonly bytes: number }>({
    level: 'warn',
    message: 'The outbox is full: no more jobs are taken until some have left',
    moves: [{ ...OUTBOX_FULL, to: 1 }],
  }),
  'outbox.has-room': event<{ readonly rows: number; readonly bytes: number }>({
    level: 'info',
    message: 'The outbox has room again: jobs are taken',
    moves: [{ ...OUTBOX_FULL, to: 0 }],
  }),
  'task.announced': event<{ readonly task: string; readonly domain: string; readonly hash: string }>({
    level: 'info',
    message: 'A task was announced',
  }),
  'schema.refused': event<{ readonly task: string; readonly reason: string }>({
    level: 'error',
    message: 'An announced schema was refused',
    moves: [{ kind: 'counter', name: 'leveret_schemas_refused_total', help: 'Announced schemas refused.', labels: [] }],
  }),
} as const;
