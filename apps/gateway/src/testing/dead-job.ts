import { type JobStore } from '../ledger/job-store.js';
import { type ReportStore } from '../ledger/report-store.js';
import { newJob } from './new-job.js';

/** How a job is to die. */
export interface Death {
  readonly code?: string;
  readonly queue?: string;
  readonly task?: string;
  readonly payload?: string;
}

/** Enters a job and lets its first run fail for good. Returns its id. */
export async function deadJob(stores: { jobs: JobStore; reports: ReportStore }, death: Death = {}): Promise<string> {
  const { queue = 'lab', task = `${queue}.noop`, payload = '{}' } = death;
  const { job } = await stores.jobs.accept(newJob({ queue, task, payload }));
  await fail(stores.reports, { id: job.id, queue, run: 1 }, death.code);
  return job.id;
}

/** Lets a run of a job fail for good. */
export async function fail(
  reports: ReportStore,
  { id: job, queue = 'lab', run }: { id: string; queue?: string; run: number },
  code = 'bad',
): Promise<void> {
  const outcome = { kind: 'reject', failure: { code, message: 'It is bad.' } } as const;
  const times = { startedAt: '2026-01-01T00:00:00.000Z', durationMs: 5 };
  await reports.apply([
    { domain: queue, report: { type: 'ended', job, run, worker: `${queue}@test`, attempt: run, ...times, outcome } },
  ]);
}

/** Lets a run of a job succeed. */
export async function complete(reports: ReportStore, { id: job, run }: { id: string; run: number }): Promise<void> {
  const times = { startedAt: '2026-01-01T00:00:00.000Z', durationMs: 5 };
  const outcome = { kind: 'done', result: null } as const;
  await reports.apply([
    { domain: 'lab', report: { type: 'ended', job, run, worker: 'lab@test', attempt: run, ...times, outcome } },
  ]);
}
