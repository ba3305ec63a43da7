import { type Outcome } from '#libs/contracts';
import { createTelemetry } from '#libs/observability';
import { FollowerMaker } from '../flows/follower-maker.js';
import { JobIntake } from '../jobs/job-intake.js';
import { type Database } from '../ledger/database.js';
import { EndingStore } from '../ledger/ending-store.js';
import { ReportStore } from '../ledger/report-store.js';
import { TaskStore } from '../ledger/task-store.js';
import { type RealEdge, startRealEdge } from './real-edge.js';

/** The edge, and what lets its jobs end and be followed. */
export interface FlowBench {
  readonly edge: RealEdge;
  /** Reports what came of the newest run of a job. */
  readonly end: (id: string, outcome: Outcome) => Promise<void>;
  /** Looks at every end, and enters what follows. */
  readonly follow: (room?: { readonly full: boolean }) => Promise<void>;
  readonly stop: () => Promise<void>;
}

export async function startFlowBench(): Promise<FlowBench> {
  const edge = await startRealEdge();
  const tasks = new TaskStore(edge.database);
  const telemetry = createTelemetry({ service: 'gateway', level: 'silent' });
  const maker = new FollowerMaker(new JobIntake(tasks, 43_200_000, telemetry), tasks);
  const endings = new EndingStore(edge.database);
  const reports = new ReportStore(edge.database);
  return {
    edge,
    end: async (id, outcome) => reportEnd(edge.database, reports, id, outcome),
    follow: async ({ full } = { full: false }) => {
      await tasks.refresh();
      let seen = 1;
      while (seen > 0) {
        const jobs = await endings.followJobs((due) => maker.make(due), full);
        const batches = await endings.followBatches((due) => maker.make(due), full);
        seen = jobs.endings + batches.endings;
      }
    },
    stop: () => edge.stop(),
  };
}

async function reportEnd(database: Database, reports: ReportStore, job: string, outcome: Outcome): Promise<void> {
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
    outcome,
  } as const;
  await reports.apply([{ domain, report }]);
}
