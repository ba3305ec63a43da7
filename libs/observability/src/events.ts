import { type Outcome, type ReturnReason } from '#libs/contracts';
import { event } from './event-definition.js';

type None = Readonly<Record<never, never>>;
interface Role {
  /** Which connection of which process: `gateway: publish`. */
  readonly role: string;
}
interface Run {
  readonly job: string;
  readonly task: string;
  readonly attempt: number;
  readonly run: number;
  readonly tenant: string;
}

const CONNECTED = {
  kind: 'gauge',
  name: 'leveret_broker_connected',
  help: '1 while the connection to the broker is open.',
  labels: ['role'],
} as const;
const BLOCKED = {
  kind: 'gauge',
  name: 'leveret_broker_blocked',
  help: '1 while the broker takes no messages because it is short of memory or disk.',
  labels: ['role'],
} as const;
const CHECK_UP = {
  kind: 'gauge',
  name: 'leveret_health_check_up',
  help: '1 when the health check was up the last time somebody asked.',
  labels: ['check'],
} as const;

const SHORT_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];
const JOB_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3_600];

/** Everything that is told to operators. An entry here is all that a new event needs: logs and metrics follow from it. */
export const EVENTS = {
  'app.ready': event<{ readonly url: string; readonly tasks?: readonly string[] }>({
    level: 'info',
    message: 'Ready',
  }),
  'app.draining': event<{ readonly inHand: number }>({
    level: 'info',
    message: 'Draining: nothing new is begun, what is in hand is finished',
  }),
  'app.stopped': event<None>({ level: 'info', message: 'Stopped' }),

  'broker.connected': event<Role>({
    level: 'info',
    message: 'Connected to the broker',
    moves: [{ ...CONNECTED, to: 1 }],
  }),
  'broker.disconnected': event<Role & { readonly reason: string }>({
    level: 'warn',
    message: 'No connection to the broker; trying again',
    moves: [
      { ...CONNECTED, to: 0 },
      { ...BLOCKED, to: 0 },
    ],
  }),
  'broker.blocked': event<Role & { readonly reason: string }>({
    level: 'warn',
    message: 'The broker takes no messages for now',
    moves: [{ ...BLOCKED, to: 1 }],
  }),
  'broker.unblocked': event<Role>({
    level: 'info',
    message: 'The broker takes messages again',
    moves: [{ ...BLOCKED, to: 0 }],
  }),
  'channel.closed': event<{ readonly channel: string; readonly reason: string }>({
    level: 'warn',
    message: 'A channel was closed; opening it again',
    moves: [
      {
        kind: 'counter',
        name: 'leveret_channels_closed_total',
        help: 'Channels that the broker or an error closed.',
        labels: ['channel'],
      },
    ],
  }),
  'consumer.cancelled': event<{ readonly queue: string }>({
    level: 'warn',
    message: 'The broker cancelled a consumer; subscribing again',
    moves: [
      {
        kind: 'counter',
        name: 'leveret_consumers_cancelled_total',
        help: 'Consumers that the broker cancelled.',
        labels: ['queue'],
      },
    ],
  }),
  'message.returned': event<{ readonly exchange: string; readonly key: string }>({
    level: 'warn',
    message: 'The broker returned a message: no queue takes its key',
    moves: [
      {
        kind: 'counter',
        name: 'leveret_messages_returned_total',
        help: 'Messages that the broker could not route.',
        labels: ['exchange'],
      },
    ],
  }),
  'message.unreadable': event<{ readonly where: string; readonly code: string; readonly reason: string }>({
    level: 'warn',
    message: 'A message could not be read and was set aside',
    moves: [
      {
        kind: 'counter',
        name: 'leveret_messages_unreadable_total',
        help: 'Messages that could not be read.',
        labels: ['where', 'code'],
      },
    ],
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
        buckets: SHORT_SECONDS,
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
  'task.announced': event<{ readonly task: string; readonly domain: string; readonly hash: string }>({
    level: 'info',
    message: 'A task was announced',
  }),
  'schema.refused': event<{ readonly task: string; readonly reason: string }>({
    level: 'error',
    message: 'An announced schema was refused',
    moves: [{ kind: 'counter', name: 'leveret_schemas_refused_total', help: 'Announced schemas refused.', labels: [] }],
  }),
  'request.failed': event<{
    readonly method: string;
    /** Without its query, which may carry a signature. */
    readonly path: string;
    /** What the answer gave the caller to quote. */
    readonly requestId: string;
    readonly status: number;
    readonly error: unknown;
  }>({
    level: 'error',
    message: 'A request failed',
    moves: [
      {
        kind: 'counter',
        name: 'leveret_requests_failed_total',
        help: 'HTTP requests that failed for a reason on our side.',
        labels: [],
      },
    ],
  }),

  'check.failed': event<{ readonly check: string; readonly reason: string }>({
    level: 'warn',
    message: 'A health check is down',
    moves: [{ ...CHECK_UP, to: 0 }],
  }),
  'check.recovered': event<{ readonly check: string }>({
    level: 'info',
    message: 'A health check is up again',
    moves: [{ ...CHECK_UP, to: 1 }],
  }),
  'gauge.failed': event<{ readonly gauge: string; readonly error: unknown }>({
    level: 'warn',
    message: 'A gauge could not be collected and is left out',
  }),
} as const;
