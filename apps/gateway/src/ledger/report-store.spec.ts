import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Outcome, type RunReport } from '#libs/contracts';
import { IDLE_DISPATCH } from '../testing/idle-dispatch.js';
import { CountedWire } from '../testing/counted-wire.js';
import { newJob } from '../testing/new-job.js';
import { type RealLedger, startRealLedger } from '../testing/real-ledger.js';
import { Database } from './database.js';
import { JobStore } from './job-store.js';
import { type DomainReport, ReportStore } from './report-store.js';

const START_MS = 60_000;

describe('ReportStore', () => {
  let ledger: RealLedger;
  let jobs: JobStore;
  let reports: ReportStore;

  beforeAll(async () => {
    ledger = await startRealLedger();
    jobs = new JobStore(ledger.database, IDLE_DISPATCH);
    reports = new ReportStore(ledger.database);
  }, START_MS);

  afterAll(() => ledger.stop());

  const enter = async (): Promise<string> => (await jobs.accept(newJob())).job.id;
  const about = (job: string, domain = 'lab'): { domain: string; job: string } => ({ domain, job });
  const at = '2026-01-01T00:00:00.000Z';
  const started = ({ domain, job }: { domain: string; job: string }): DomainReport => ({
    domain,
    report: { type: 'started', job, run: 1, worker: 'lab@test', attempt: 1, at },
  });
  const ended = (
    { domain, job }: { domain: string; job: string },
    outcome: Outcome = { kind: 'done', result: null },
    changes: Partial<Extract<RunReport, { type: 'ended' }>> = {},
  ): DomainReport => ({
    domain,
    report: {
      type: 'ended',
      job,
      run: 1,
      worker: 'lab@test',
      attempt: 1,
      startedAt: at,
      durationMs: 5,
      outcome,
      ...changes,
    },
  });
  const keptAside = async (text: string): Promise<string[]> => {
    const rows = await ledger.database.query<{ reason: string }>(
      'SELECT reason FROM reports_kept_aside WHERE report LIKE $1',
      [`%${text}%`],
    );
    return rows.map(({ reason }) => reason);
  };

  it('tells once of each run that has begun and each job that has ended', async () => {
    const id = await enter();
    await ledger.database.query('UPDATE jobs SET created_at = $2, queued_at = $2 WHERE id = $1', [
      id,
      new Date(Date.parse(at) - 1_500),
    ]);
    const told = async (report: DomainReport): Promise<unknown> => (await reports.apply([report])).figures;
    await expect(told(started(about(id)))).resolves.toEqual([
      { begun: [{ task: 'lab.noop', waitedMs: 1_500 }], final: [] },
    ]);
    await expect(told(started(about(id)))).resolves.toEqual([{ begun: [], final: [] }]);
    await expect(told(ended(about(id)))).resolves.toEqual([
      { begun: [], final: [{ task: 'lab.noop', status: 'completed', attempts: 1 }] },
    ]);
    await expect(told(ended(about(id)))).resolves.toEqual([{ begun: [], final: [] }]);
  });

  it('tells how long a run waited whose begin and end come in one message', async () => {
    const [id, other] = [await enter(), await enter()];
    const { figures } = await reports.apply([
      started(about(id)),
      ended(about(id)),
      ended(about(other), { kind: 'reject', failure: { code: 'bad', message: 'It is bad.' } }),
    ]);
    expect(figures.map(({ begun, final }) => [begun.length, final.map(({ status }) => status)])).toEqual([
      [1, []],
      [0, ['completed']],
      [1, ['failed']],
    ]);
  });

  it('writes job, attempt, dead letter and outbox of a failure together', async () => {
    const id = await enter();
    const failure = { code: 'bad', message: 'It is bad.' };
    const { toSend, strangers } = await reports.apply([
      started(about(id)),
      ended(about(id), { kind: 'reject', failure }),
    ]);
    expect([toSend, strangers]).toEqual([true, []]);
    expect(await jobs.find(id, null)).toMatchObject({
      status: 'failed',
      attempt: 1,
      error: failure,
      workerId: 'lab@test',
    });
    expect(await jobs.attempts(id)).toMatchObject([{ run: 1, attempt: 1, outcome: 'failed', error: failure }]);
    const kinds = await ledger.database.query('SELECT kind FROM outbox WHERE job_id = $1 ORDER BY id', [id]);
    expect(kinds).toEqual([{ kind: 'work' }, { kind: 'dead-letter' }]);
    const letters = await ledger.database.query('SELECT reason, run FROM dead_letters WHERE job_id = $1', [id]);
    expect(letters).toEqual([{ reason: 'permanent_error', run: 1 }]);
  });

  it('takes two round trips for jobs that begin or are completed', async () => {
    const wire = await CountedWire.to(ledger.url);
    const distant = new Database(wire.url, { connections: 1 });
    const far = new ReportStore(distant);
    const [first, second] = [about(await enter()), about(await enter())];
    await far.apply([ended(first)]);
    await expect(wire.chunksFor(() => far.apply([started(second)]))).resolves.toBe(2);
    await expect(wire.chunksFor(() => far.apply([ended(second)]))).resolves.toBe(2);
    expect(await jobs.find(second.job, null)).toMatchObject({ status: 'completed', attempt: 1 });
    await distant.close();
    await wire.close();
  });

  it('writes nothing of a batch that the database refuses', async () => {
    const [good, poisoned] = [await enter(), await enter()];
    const batch = [ended(about(good)), ended(about(poisoned), undefined, { attempt: 3_000_000_000 })];
    await expect(reports.apply(batch)).rejects.toMatchObject({ code: '22003' });
    for (const id of [good, poisoned]) {
      expect(await jobs.find(id, null)).toMatchObject({ status: 'queued', version: 1 });
      expect(await jobs.attempts(id)).toEqual([]);
    }
  });

  it("keeps a stranger's report aside and applies those that came with it", async () => {
    const id = await enter();
    const unknown = '0198aaaa-bbbb-7ccc-8ddd-eeeeffff0000';
    const { strangers } = await reports.apply([ended(about(unknown)), ended(about('no id at all')), ended(about(id))]);
    expect(strangers.map(({ report }) => report.job)).toEqual([unknown, 'no id at all']);
    expect(await keptAside(unknown)).toEqual(['unknown_job']);
    expect(await jobs.find(id, null)).toMatchObject({ status: 'completed' });
  });

  it('keeps the newest 10,000 reports aside, each cut to 64 KiB', async () => {
    const { database } = ledger;
    await database.query(
      `INSERT INTO reports_kept_aside (reason, report) SELECT 'flood', n FROM generate_series(1, 10000) AS n`,
    );
    await reports.keepAside({ text: 'x'.repeat(100_000) }, 'the newest');
    const [row] = await database.query(
      `SELECT count(*)::int AS rows, max(length(report)) AS longest, count(*) FILTER (WHERE reason = 'the newest')::int AS newest
       FROM reports_kept_aside`,
    );
    expect(row).toEqual({ rows: 10_000, longest: expect.closeTo(65_536, -1), newest: 1 });
  });

  it('moves nothing by a report from another domain', async () => {
    const id = await enter();
    const { strangers, toSend } = await reports.apply([ended(about(id, 'media'))]);
    expect([strangers.length, toSend]).toEqual([1, false]);
    expect(await jobs.find(id, null)).toMatchObject({ status: 'queued', version: 1 });
    expect(await jobs.attempts(id)).toEqual([]);
    expect(await keptAside(id)).toEqual(['unknown_job']);
  });

  it('applies a report that comes twice at the same time once', async () => {
    const id = await enter();
    await Promise.all([reports.apply([ended(about(id))]), reports.apply([ended(about(id))])]);
    expect(await jobs.find(id, null)).toMatchObject({ status: 'completed', version: 2 });
    expect(await jobs.attempts(id)).toHaveLength(1);
  });

  it('does not lock batches out that are about the same jobs in another order', async () => {
    const ids = await Promise.all(Array.from({ length: 100 }, enter));
    const starts = ids.map((id) => started(about(id)));
    const ends = ids.map((id) => ended(about(id)));
    const batches = [starts, starts.toReversed(), ends, ends.toReversed(), starts, ends.toReversed()];
    const settled = await Promise.allSettled(batches.map((batch) => reports.apply(batch)));
    expect(settled.filter(({ status }) => status === 'rejected')).toEqual([]);
    for (const id of ids) expect(await jobs.find(id, null)).toMatchObject({ status: 'completed', attempt: 1 });
  });
});
