import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type HeldRun, type RunReport } from '#libs/contracts';
import { IDLE_DISPATCH } from '../testing/idle-dispatch.js';
import { newJob } from '../testing/new-job.js';
import { type RealLedger, startRealLedger } from '../testing/real-ledger.js';
import { JobStore } from './job-store.js';
import { ReportStore } from './report-store.js';
import { type ReturnedRun, ReturnedStore } from './returned-store.js';
import { WorkerStore } from './worker-store.js';

const START_MS = 60_000;

describe('ReturnedStore', () => {
  let ledger: RealLedger;
  let jobs: JobStore;
  let reports: ReportStore;
  let workers: WorkerStore;
  let returned: ReturnedStore;
  let heartbeats = 0;

  beforeAll(async () => {
    ledger = await startRealLedger();
    jobs = new JobStore(ledger.database, IDLE_DISPATCH);
    reports = new ReportStore(ledger.database);
    workers = new WorkerStore(ledger.database);
    returned = new ReturnedStore(ledger.database);
  }, START_MS);

  afterAll(() => ledger.stop());

  const report = (about: RunReport): Promise<unknown> => reports.apply([{ domain: 'lab', report: about }]);
  const at = '2026-01-01T00:00:00.000Z';

  /** A job whose message has come back while `worker` runs it. */
  const inDoubt = async (worker: string): Promise<string> => {
    const { job } = await jobs.accept(newJob());
    await report({ type: 'started', job: job.id, run: 1, worker, attempt: 1, at });
    await report({ type: 'returned', job: job.id, run: 1, worker: 'lab@other', reason: 'redelivered' });
    return job.id;
  };
  const hear = (worker: string, runs: readonly HeldRun[], domain = 'lab'): Promise<void> => {
    heartbeats += 1;
    return workers.hear([{ worker, domain, appVersion: '1', concurrency: 1, seq: heartbeats, runs }]);
  };
  const read = async (job: string): Promise<ReturnedRun | undefined> =>
    (await returned.read()).runs.find((run) => run.job === job);

  it("tells what the worker's latest heartbeat says of the run", async () => {
    const job = await inDoubt('lab@w');
    expect(await jobs.find(job, null)).toMatchObject({ status: 'running', attempt: 1 });
    expect(await read(job)).toEqual({ job, run: 1, heardAt: null, named: false });
    await hear('lab@w', [{ job, run: 1 }], 'media');
    expect(await read(job)).toMatchObject({ heardAt: null, named: false });
    await hear('lab@w', [{ job, run: 1 }]);
    const named = await read(job);
    expect(named).toMatchObject({ named: true });
    await hear('lab@w', [{ job, run: 2 }]);
    const unnamed = await read(job);
    expect(unnamed).toMatchObject({ named: false });
    expect(unnamed?.heardAt).toBeGreaterThan(named?.heardAt ?? Infinity);
    expect((await returned.read()).anyHeardAt).toBe(unnamed?.heardAt);
  });

  it('charges a lost attempt and sends the job again, once', async () => {
    const job = await inDoubt('lab@dead');
    const lost = { job, run: 1 };
    const counts = await Promise.all([returned.lose([lost]), returned.lose([lost])]);
    expect(counts.sort()).toEqual([0, 1]);
    expect(await jobs.find(job, null)).toMatchObject({ status: 'queued', attempt: 1, error: { code: 'worker_lost' } });
    expect(await jobs.attempts(job)).toMatchObject([{ run: 1, workerId: 'lab@dead', outcome: 'lost' }]);
    const sent = await ledger.database.query(`SELECT run, priority FROM outbox WHERE job_id = $1 AND run = 2`, [job]);
    expect(sent).toEqual([{ run: 2, priority: 9 }]);
    expect(await read(job)).toBeUndefined();
  });

  it('leaves a job alone that has moved on since it was read', async () => {
    const [ended, resent] = [await inDoubt('lab@a'), await inDoubt('lab@b')];
    const outcome = { kind: 'done', result: 1 } as const;
    await report({
      type: 'ended',
      job: ended,
      run: 1,
      worker: 'lab@a',
      attempt: 1,
      startedAt: at,
      durationMs: 1,
      outcome,
    });
    await report({ type: 'returned', job: resent, run: 1, worker: 'lab@b', reason: 'draining' });
    expect(await returned.lose([ended, resent].map((job) => ({ job, run: 1 })))).toBe(0);
    expect(await jobs.find(ended, null)).toMatchObject({ status: 'completed', result: 1 });
    expect(await jobs.find(resent, null)).toMatchObject({ status: 'queued', attempt: 1, error: null });
  });
});
