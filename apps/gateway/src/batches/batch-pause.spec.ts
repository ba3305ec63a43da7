import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { uuidv7 } from 'uuidv7';
import { type Job, type Outcome, type RunReport } from '#libs/contracts';
import { AuditStore } from '../ledger/audit-store.js';
import { BatchPauseStore } from '../ledger/batch-pause-store.js';
import { BatchStore } from '../ledger/batch-store.js';
import { Database } from '../ledger/database.js';
import { DueStore } from '../ledger/due-store.js';
import { HeldStore } from '../ledger/held-store.js';
import { InForceStore } from '../ledger/in-force-store.js';
import { OutboxStore } from '../ledger/outbox-store.js';
import { QueueStore } from '../ledger/queue-store.js';
import { ReportStore } from '../ledger/report-store.js';
import { reconcilerTimes } from '../reconciler/times.js';
import { Client } from '../testing/client.js';
import { type FlowBench, startFlowBench } from '../testing/flow-bench.js';
import { IDLE_DISPATCH } from '../testing/idle-dispatch.js';
import { newJob } from '../testing/new-job.js';
import { type ShownBatch } from './batch-view.js';

const DONE: Outcome = { kind: 'done', result: null };
const RETRY: Outcome = { kind: 'retry', failure: { code: 'busy', message: 'Busy.' } };

describe('a paused batch', () => {
  let bench: FlowBench;
  let client: Client;
  let outbox: OutboxStore;
  let reports: ReportStore;

  beforeAll(async () => {
    bench = await startFlowBench();
    client = new Client(bench.edge.url);
    await bench.edge.announce([{}]);
    outbox = new OutboxStore(bench.edge.database);
    reports = new ReportStore(bench.edge.database);
  }, 60_000);

  afterAll(() => bench.stop());

  beforeEach(() => bench.edge.database.query('TRUNCATE jobs, outbox, voids, batches, concurrency_calls CASCADE'));

  const enter = async (...jobs: readonly object[]): Promise<{ batch: string; ids: readonly string[] }> => {
    const body = { jobs: jobs.map((job) => ({ task: 'demo.echo', ...job })) };
    const { json } = await client.post<{ batchId: string; jobs: { id: string }[] }>('/v1/jobs/batch', body);
    return { batch: json.batchId, ids: json.jobs.map(({ id }) => id) };
  };
  const steer = (batch: string, what: string): Promise<{ status: number; json: ShownBatch }> =>
    client.post<ShownBatch>(`/v1/batches/${batch}/${what}`, undefined);
  /** Deletes a job. Returns the status of the answer, or the code that says why it is kept. */
  const remove = async (id: string): Promise<unknown> => {
    const { status, json } = await client.call<{ code?: string } | undefined>('DELETE', `/v1/jobs/${id}`, undefined);
    return json?.code ?? status;
  };
  const spawner = async (): Promise<string> => (await client.post<Job>('/v1/jobs', { task: 'demo.echo' })).json.id;
  const spawned = async (parent: string, count: number): Promise<readonly string[]> => {
    const ids = Array.from({ length: count }, () => uuidv7());
    await bench.spawn(parent, ids);
    return ids;
  };
  /** As releaser and relay: whose turn it is has a message, and all of them are confirmed. Returns jobs and their runs. */
  const sent = async (): Promise<readonly (readonly [string, number])[]> => {
    const bounds = { windowOf: () => 100, most: 100, claimed: false, random: () => 0 };
    await new HeldStore(bench.edge.database).look(bounds);
    const entries = await outbox.claim(100);
    await outbox.confirm(entries.map(({ id }) => id));
    return entries.flatMap((entry) => (entry.kind === 'work' ? [[entry.order.jobId, entry.order.run] as const] : []));
  };
  const said = async (): Promise<readonly unknown[]> => {
    const rows = await outbox.claimControl(100);
    await outbox.confirm(rows.map(({ id }) => id));
    return rows.flatMap((row) => (row.kind === 'void' ? [row.voided] : []));
  };
  const report = (one: RunReport): Promise<{ toSend: boolean }> => reports.apply([{ domain: 'demo', report: one }]);
  const about = (job: string, run = 1): Pick<RunReport, 'job' | 'run' | 'worker'> => ({ job, run, worker: 'demo@t' });
  const started = (job: string, run = 1): Promise<{ toSend: boolean }> =>
    report({ type: 'started', ...about(job, run), attempt: 1, at: new Date().toISOString() });
  const handedBack = (job: string, run = 1): Promise<{ toSend: boolean }> =>
    report({ type: 'returned', ...about(job, run), reason: 'voided' });
  const heldJobs = (): Promise<readonly unknown[]> =>
    bench.edge.database.query("SELECT id FROM jobs WHERE held = 'batch' ORDER BY id").then((rows) => rows);

  it('says so until it is resumed, to those of its tenant with jobs:write, and is entered among the actions', async () => {
    const { batch } = await enter({});
    const keyOf = async (tenant: string, scope: string): Promise<{ key: string }> => {
      const body = { name: 'k', tenant, scopes: [scope] };
      return { key: (await client.post<{ secret: string }>('/v1/api-keys', body)).json.secret };
    };
    const call = `/v1/batches/${batch}/pause`;
    expect((await client.post(call, undefined, await keyOf('other', 'jobs:write'))).status).toBe(404);
    expect((await client.post(call, undefined, await keyOf('default', 'jobs:read'))).status).toBe(403);
    const first = await steer(batch, 'pause');
    expect(first).toMatchObject({ status: 200, json: { paused: true, pausedAt: expect.any(String) } });
    expect((await steer(batch, 'pause')).json.pausedAt).toBe(first.json.pausedAt);
    expect((await steer(batch, 'resume')).json).toMatchObject({ paused: false, pausedAt: null });
    const { json } = await client.get<{ data: readonly unknown[] }>('/v1/actions?limit=1');
    expect(json.data).toMatchObject([{ route: '/v1/batches/:id/resume', object: batch }]);
  });

  it('keeps in the ledger what waits there, and resumed lets it go in the order in which it came', async () => {
    const database = bench.edge.database;
    const batch = { id: uuidv7(), tenant: 'default', then: [] };
    const jobs = Array.from({ length: 3 }, () => newJob({ task: 'demo.echo', queue: 'demo', batchId: batch.id }));
    await new BatchStore(database, { ...IDLE_DISPATCH, admits: () => false }).enter({ ...batch, jobs }, null);
    const { ids: others } = await enter({});
    await steer(batch.id, 'pause');
    expect(await sent()).toEqual([[others[0], 1]]);
    expect(await said()).toEqual([]);
    await steer(batch.id, 'resume');
    expect(await sent()).toEqual(jobs.map(({ id }) => [id, 1]));
  });

  it('takes back what is with the broker; what has begun goes on, and its next attempt waits', async () => {
    const { batch, ids } = await enter({}, {}, {}, {});
    const [running = '', beginning = '', waiting = '', late = ''] = ids;
    await sent();
    await started(running);
    await steer(batch, 'pause');
    const taken = [beginning, waiting, late].toSorted().map((job) => ({ job, upTo: 1, begun: 'spared' }));
    expect([await said(), await new InForceStore(bench.edge.database).voids(10, null)]).toEqual([taken, taken]);

    expect([await started(beginning), await said()]).toMatchObject([{ toSend: false }, []]);
    await handedBack(waiting);
    await bench.end(running, RETRY);
    expect(await said()).toEqual([{ job: running, upTo: 2, begun: 'spared' }]);
    expect(await sent()).toEqual([[running, 2]]);
    await handedBack(running, 2);
    await bench.end(beginning, DONE);
    expect(await sent()).toEqual([]);
    expect(await heldJobs()).toEqual([running, waiting].toSorted().map((id) => ({ id })));

    expect((await steer(batch, 'resume')).json.counts).toMatchObject({ completed: 1, queued: 3 });
    await handedBack(late);
    const again = new Map(await sent());
    expect(again).toEqual(new Map([[running, 3], [waiting, 2], [late, 2]])); // prettier-ignore
    for (const id of again.keys()) await bench.end(id, DONE);
    expect((await client.get<ShownBatch>(`/v1/batches/${batch}`)).json.counts).toMatchObject({ completed: 4 });
  });

  it('voids for good what is cancelled meanwhile', async () => {
    const { batch } = await enter({});
    await sent();
    await steer(batch, 'pause');
    await said();
    await steer(batch, 'cancel');
    expect(await said()).toEqual([{ job: expect.any(String), upTo: 1 }]);
    expect(await new InForceStore(bench.edge.database).voids(10, null)).toEqual([{ job: expect.any(String), upTo: 1 }]);
  });

  it('keeps what comes due, what is retried by hand and what is changed', async () => {
    const { batch, ids } = await enter({ delay: '1ms' }, {}, { delay: '1h' });
    const [, retried = '', changed = ''] = ids;
    await client.post(`/v1/jobs/${retried}/cancel`, undefined);
    await steer(batch, 'pause');
    await client.post(`/v1/jobs/${retried}/retry`, undefined);
    await client.call('PATCH', `/v1/jobs/${changed}`, { delay: 0 });
    expect(await new DueStore(bench.edge.database).release(10)).toBe(1);
    expect([await sent(), await heldJobs()]).toEqual([[], ids.toSorted().map((id) => ({ id }))]);
    await steer(batch, 'resume');
    expect(new Set((await sent()).map(([id]) => id))).toEqual(new Set(ids));
  });

  it('ends a job whose time is over, and leaves a concurrency key to others', async () => {
    const [key, other] = [{ concurrencyKey: 'customer 7' }, { concurrencyKey: 'customer 7', priority: 9 }];
    const { batch, ids } = await enter({ ...key, expiresIn: '1ms' }, key);
    await steer(batch, 'pause');
    expect(await new DueStore(bench.edge.database).expire(10)).toBe(1);
    const { ids: free } = await enter(other);
    expect(await sent()).toEqual([[free[0], 1]]);
    await steer(batch, 'resume');
    expect(await sent()).toEqual([]);
    await bench.end(free[0] ?? '', DONE);
    expect(await sent()).toEqual([[ids[1], 1]]);
    expect((await client.get<Job>(`/v1/jobs/${ids[0] ?? ''}`)).json.error?.code).toBe('expired');
  });

  it('keeps what is spawned into it and below it, also in batches that are opened meanwhile', async () => {
    const parent = await spawner();
    const [part = '', told = ''] = await spawned(parent, 2);
    await sent();
    for (const id of [part, told]) await started(id);
    await steer(parent, 'pause');
    const waiting = [...(await spawned(parent, 1)), ...(await spawned(part, 2)), ...(await spawned(part, 1))];
    await bench.end(told, DONE, 1);
    waiting.push(...(await spawned(told, 1)));
    expect([await sent(), await heldJobs()]).toEqual([[], waiting.toSorted().map((id) => ({ id }))]);
    expect((await client.get<ShownBatch>(`/v1/batches/${part}`)).json.paused).toBe(true);
    await steer(parent, 'resume');
    expect(new Set((await sent()).map(([id]) => id))).toEqual(new Set(waiting));
    expect((await client.get<ShownBatch>(`/v1/batches/${part}`)).json.paused).toBe(false);
  });

  it('is not cut off from the batches below it: what leads to them is not deleted while they are open', async () => {
    const parent = await spawner();
    const [part = ''] = await spawned(parent, 1);
    const [below = ''] = await spawned(part, 1);
    await spawned(below, 1);
    await bench.end(part, DONE, 1);
    await bench.end(below, DONE, 1);
    await bench.end(parent, DONE, 1);
    await bench.follow();
    expect([await remove(part), await remove(below)]).toEqual(['batch_open', 'batch_open']);
    await steer(parent, 'pause');
    expect((await client.get<ShownBatch>(`/v1/batches/${below}`)).json.paused).toBe(true);
    await steer(parent, 'cancel');
    await bench.follow();
    expect([await remove(part), await remove(below), await remove(parent)]).toEqual([204, 204, 204]);
  });

  it('is not cut off from a job below it that was retried after its own batch had ended', async () => {
    const parent = await spawner();
    const [part = ''] = await spawned(parent, 1);
    const [retried = ''] = await spawned(part, 1);
    await bench.end(retried, { kind: 'reject', failure: { code: 'bad', message: 'Bad.' } });
    await bench.end(part, DONE, 1);
    await bench.end(parent, DONE, 1);
    await bench.follow();
    await client.post(`/v1/jobs/${retried}/retry`, undefined);
    expect(await remove(part)).toBe('batch_open');
    await steer(parent, 'pause');
    expect(await heldJobs()).toEqual([{ id: retried }]);
    await steer(parent, 'cancel');
    expect(await remove(part)).toBe(204);
  });

  it('keeps a job whose way in had begun when it was paused', async () => {
    const { database, databaseUrl } = bench.edge;
    const parent = await spawner();
    await spawned(parent, 1);
    const second = new Database(databaseUrl);
    let entering: Promise<readonly string[]> | undefined;
    await second.transaction(async (transaction) => {
      await transaction.query('SELECT FROM batches WHERE id = $1 FOR NO KEY UPDATE', [parent]);
      entering = spawned(parent, 1);
      const blocked = "SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%judged%'";
      while ((await database.query(blocked)).length === 0);
      await transaction.query('UPDATE batches SET paused_at = now() WHERE id = $1', [parent]);
    });
    const [late] = (await entering) ?? [];
    await second.close();
    expect(await heldJobs()).toEqual([{ id: late }]);
  });

  it('is no work for a queue: its jobs are counted apart, and none is the oldest', async () => {
    const { batch } = await enter({ delay: '1ms' }, { delay: '1ms' });
    await steer(batch, 'pause');
    await new DueStore(bench.edge.database).release(10);
    expect(await new QueueStore(bench.edge.database, IDLE_DISPATCH).find('demo')).toMatchObject({
      ...{ waiting: 2, waitingPaused: 2, oldestWaitingMs: null },
    });
    const open = await new AuditStore(bench.edge.database, reconcilerTimes(30_000)).open();
    expect(open).toEqual([{ queue: 'demo', jobs: 0 }]);
  });

  it('is waited for by jobs that say so, without a time', async () => {
    const { batch, ids } = await enter({});
    await new BatchPauseStore(bench.edge.database, IDLE_DISPATCH).pause(batch);
    const { json } = await client.get<{ reasons: object[]; estimate: unknown }>(`/v1/jobs/${ids[0] ?? ''}/explain`);
    expect(json.estimate).toBeNull();
    expect(json.reasons).toContainEqual(expect.objectContaining({ code: 'batch_paused', batchId: batch }));
  });
});
