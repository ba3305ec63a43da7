import { EventEmitter, once } from 'node:events';
import { type GatewayConfig } from '#libs/config';
import { type Ended, type Outcome } from '#libs/contracts';
import { createTelemetry } from '#libs/observability';
import { LinkSigner } from '#libs/storage';
import { FileLinks } from '../files/file-links.js';
import { FollowerMaker } from '../flows/follower-maker.js';
import { JobIntake } from '../jobs/job-intake.js';
import { type Database } from '../ledger/database.js';
import { type MakeDelivery } from '../ledger/delivery-store.js';
import { EndingStore } from '../ledger/ending-store.js';
import { ReportStore } from '../ledger/report-store.js';
import { SentinelStore } from '../ledger/sentinel-store.js';
import { SpawnStore } from '../ledger/spawn-store.js';
import { WebhookWriter } from '../notifications/webhook-writer.js';
import { EndTeller } from '../notifications/end-teller.js';
import { NoticeWriter } from '../notifications/notice-writer.js';
import { TaskStore } from '../ledger/task-store.js';
import { deliveryMaker } from '../webhooks/delivery-maker.js';
import { newJob } from './new-job.js';
import { type RealEdge, startRealEdge } from './real-edge.js';

/** The edge, and what lets its jobs end and be followed. */
export interface FlowBench {
  readonly edge: RealEdge;
  /** Reports what came of the newest run of a job, and how many jobs it has spawned. */
  readonly end: (id: string, outcome: Outcome, spawned?: number) => Promise<void>;
  /** Takes in jobs that a job has spawned, by their ids. */
  readonly spawn: (parent: string, ids: readonly string[]) => Promise<void>;
  /** Refuses one. */
  readonly refuse: (parent: string, id: string) => Promise<void>;
  /** The broker loses its data, and with it what was on its way in. Returns how many jobs that were. */
  readonly wipe: () => Promise<number>;
  /** Looks at every end, and enters what follows, webhooks to endpoints among it. */
  readonly follow: (room?: { readonly full: boolean }) => Promise<void>;
  /** Takes the ends for endpoints, holds those, and enters no webhook before it is let go on. */
  readonly followSlowly: () => Promise<SlowFollowing>;
  readonly stop: () => Promise<void>;
}

/** Webhooks to endpoints that are being entered. */
export interface SlowFollowing {
  readonly goOn: () => Promise<void>;
}

export async function startFlowBench(settings: Partial<GatewayConfig> = {}): Promise<FlowBench> {
  const edge = await startRealEdge({ webhookSecret: 'a secret of the tests, long enough', ...settings });
  const tasks = new TaskStore(edge.database);
  const telemetry = createTelemetry({ service: 'gateway', level: 'silent' });
  const links = new FileLinks(new LinkSigner('a secret of the tests'), edge.url);
  const webhooks = new WebhookWriter(tasks);
  const ends = new EndTeller(new NoticeWriter(links), webhooks);
  const maker = new FollowerMaker(
    new JobIntake(tasks, { ackTimeoutMs: 43_200_000, webhooksSetUp: true, egressAllow: [], telemetry }),
    tasks,
    ends,
  );
  const deliver = deliveryMaker(maker, webhooks);
  const endings = new EndingStore(edge.database);
  const reports = new ReportStore(edge.database);
  const spawns = new SpawnStore(edge.database);
  return {
    edge,
    end: async (id, outcome, spawned) =>
      reportEnd({ database: edge.database, reports }, id, { outcome, ...(spawned === undefined ? {} : { spawned }) }),
    spawn: async (parentId, ids) => {
      await spawns.spawner(parentId);
      const common = { task: 'demo.echo', queue: 'demo', parentId, batchId: parentId };
      await Promise.all(ids.map((id) => edge.jobs.accept(newJob({ id, ...common }))));
    },
    refuse: (parent, id) => spawns.refused(parent, id),
    wipe: () => new SentinelStore(edge.database).watch((watch) => watch.mended()),
    follow: async ({ full } = { full: false }) => {
      await tasks.refresh();
      let more = true;
      while (more) {
        const { mayBeMore } = await endings.follow((due) => maker.make(due), full);
        const { ends: delivered } = await edge.deliveries.deliverEnds(deliver);
        more = mayBeMore || delivered > 0;
      }
    },
    followSlowly: () => followSlowly(edge, deliver),
    stop: () => edge.stop(),
  };
}

async function followSlowly({ deliveries }: RealEdge, deliver: MakeDelivery): Promise<SlowFollowing> {
  const gate = new EventEmitter();
  const [begun, goingOn] = [once(gate, 'begun'), once(gate, 'go on')];
  const entering = deliveries.deliverEnds(async (delivery) => {
    gate.emit('begun');
    await goingOn;
    return deliver(delivery);
  });
  await Promise.race([begun, entering]);
  return {
    goOn: async () => {
      gate.emit('go on');
      await entering;
    },
  };
}

async function reportEnd(
  { database, reports }: { readonly database: Database; readonly reports: ReportStore },
  job: string,
  said: Pick<Ended, 'outcome' | 'spawned'>,
): Promise<void> {
  const [row] = await database.query<{ queue: string; run: number; charged: number }>(
    'SELECT queue, run, charged FROM jobs WHERE id = $1',
    [job],
  );
  if (row === undefined) throw new Error(`There is no job ${job}.`);
  const { queue: domain, run, charged } = row;
  const times = { startedAt: new Date().toISOString(), durationMs: 5 };
  const report = {
    type: 'ended',
    job,
    run,
    worker: `${domain}@test`,
    attempt: charged + 1,
    ...times,
    ...said,
  } as const;
  await reports.apply([{ domain, report }]);
}
