import { registerGauge, type Telemetry } from '#libs/observability';
import { type QueueRecord, type QueueStore } from '../ledger/queue-store.js';
import { type Stores } from '../ledger/stores.js';

/** What of a queue is shown as a gauge of its own. */
const OF_QUEUES: readonly {
  readonly name: `leveret_queue_${string}`;
  readonly help: string;
  readonly valueOf: (queue: QueueRecord) => number;
}[] = [
  {
    name: 'leveret_queue_oldest_waiting_seconds',
    help: 'How long the job waits for a worker that has waited longest; 0 when none waits.',
    valueOf: ({ oldestWaitingMs }) => (oldestWaitingMs ?? 0) / 1_000,
  },
  {
    name: 'leveret_queue_workers',
    help: 'Worker processes that were heard of within 10 s.',
    valueOf: ({ consumers }) => consumers,
  },
  { name: 'leveret_queue_paused', help: '1 while the queue is paused.', valueOf: ({ paused }) => (paused ? 1 : 0) },
  { name: 'leveret_queue_dead_letters', help: 'Dead letters that lie in the ledger.', valueOf: ({ dead }) => dead },
];

/** Adds what the ledger counts to the metrics. Every gateway says the same: take the maximum of them, not the sum. */
export function registerLedgerGauges(telemetry: Telemetry, stores: Stores, queues: Pick<QueueStore, 'all'>): void {
  registerJobGauges(telemetry, stores, queues);
  registerTransportGauges(telemetry, stores);
}

function registerJobGauges(telemetry: Telemetry, { audit }: Stores, queues: Pick<QueueStore, 'all'>): void {
  registerGauge(telemetry, {
    name: 'leveret_jobs_unaccounted',
    help: 'Open jobs whose message or outcome looks lost. They are sent again when that is proven.',
    collect: () => audit.unaccounted(),
  });
  registerGauge(telemetry, {
    name: 'leveret_jobs_open',
    help: 'Jobs that have not ended, by queue; those that are scheduled for later, or whose batch is paused, are left out.',
    labels: ['queue'],
    collect: async () => (await audit.open()).map(({ queue, jobs }) => ({ labels: { queue }, value: jobs })),
  });
  registerGauge(telemetry, {
    name: 'leveret_queue_jobs',
    help: 'Jobs that have not ended, by queue and status.',
    labels: ['queue', 'status'],
    collect: async () => (await queues.all()).flatMap(byStatus),
  });
  for (const { name, help, valueOf } of OF_QUEUES) {
    registerGauge(telemetry, {
      ...{ name, help, labels: ['queue'] },
      collect: async () =>
        (await queues.all()).map((queue) => ({ labels: { queue: queue.name }, value: valueOf(queue) })),
    });
  }
}

function byStatus({ name: queue, ...counts }: QueueRecord): { labels: Record<string, string>; value: number }[] {
  return [
    { labels: { queue, status: 'queued' }, value: counts.waiting },
    { labels: { queue, status: 'running' }, value: counts.active },
    { labels: { queue, status: 'retrying' }, value: counts.delayed },
    { labels: { queue, status: 'scheduled' }, value: counts.scheduled },
  ];
}

function registerTransportGauges(telemetry: Telemetry, { audit, inForce, outbox }: Stores): void {
  registerGauge(telemetry, {
    name: 'leveret_outbox_rows',
    help: 'Messages that are committed and not yet confirmed by the broker.',
    collect: () => outbox.size(),
  });
  registerGauge(telemetry, {
    name: 'leveret_outbox_idle_rows',
    help: 'Messages that are due and not on their way: free for a gateway to send, or parked because no queue takes them.',
    labels: ['state'],
    collect: async () => Object.entries(await outbox.idle()).map(([state, value]) => ({ labels: { state }, value })),
  });
  registerGauge(telemetry, {
    name: 'leveret_voids_in_force',
    help: 'Messages that must not run and have not come back yet.',
    collect: () => inForce.countVoids(),
  });
  registerGauge(telemetry, {
    name: 'leveret_reconciler_working',
    help: '1 while lost jobs are looked for; the audit says why they are not.',
    collect: async () => ((await audit.reconciler()).working ? 1 : 0),
  });
}
