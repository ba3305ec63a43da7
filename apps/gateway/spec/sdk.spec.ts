import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  ConflictError,
  InvalidRequestError,
  type Job,
  type JobRequest,
  Leveret,
  LeveretError,
  NotFoundError,
  UnauthorizedError,
} from '#libs/sdk';
import { type Outcome, type RunReport } from '#libs/contracts';
import { ReportStore } from '../src/ledger/report-store.js';
import { TellingStore } from '../src/ledger/telling-store.js';
import { deadJob } from '../src/testing/dead-job.js';
import { ADMIN_KEY, type RealEdge, startRealEdge } from '../src/testing/real-edge.js';

const DONE: Outcome = { kind: 'done', result: { answer: 42 } };
const NOBODY = '0197f6a0-1111-7000-8000-000000000000';
const request = (changes: Partial<JobRequest> = {}): JobRequest => ({ task: 'demo.echo', payload: {}, ...changes });

describe('the SDK at a gateway', () => {
  let edge: RealEdge;
  let leveret: Leveret;
  let reports: ReportStore;
  let telling: TellingStore;

  beforeAll(async () => {
    edge = await startRealEdge({ live: { origins: [], maxPerKey: 1 } });
    reports = new ReportStore(edge.database);
    telling = new TellingStore(edge.database);
    leveret = new Leveret({ apiKey: ADMIN_KEY, url: edge.url });
    await edge.announce([
      {},
      {
        name: 'demo.paint',
        schema: { type: 'object', required: ['colour'], properties: { colour: { type: 'string' } } },
      },
    ]);
  });

  afterAll(() => edge.stop());

  async function idsOf(jobs: AsyncIterable<Job>): Promise<string[]> {
    const ids = [];
    for await (const { id } of jobs) ids.push(id);
    return ids;
  }

  it('enqueues a job by the bare name of its task, and shows it', async () => {
    const job = await leveret.worker.enqueue({ task: 'paint', payload: { colour: 'red' }, priority: 'high' });
    expect(job).toMatchObject({ task: 'demo.paint', status: 'queued', priority: 6, payload: { colour: 'red' } });
    expect(job.watchToken).toMatch(/^lvw\./);
    await expect(leveret.jobs.get(job.id)).resolves.toMatchObject({ id: job.id });
    await expect(leveret.jobs.attempts(job.id)).resolves.toEqual([]);
    await expect(leveret.jobs.logs(job.id).page()).resolves.toEqual({ data: [], nextCursor: null });
  });

  it('enqueues one job for one idempotency key', async () => {
    const [first, second] = [
      await leveret.worker.enqueue(request(), { idempotencyKey: 'order-1' }),
      await leveret.worker.enqueue(request(), { idempotencyKey: 'order-1' }),
    ];
    expect(second.id).toBe(first.id);
    const other = leveret.worker.enqueue(request({ priority: 1 }), { idempotencyKey: 'order-1' });
    await expect(other).rejects.toBeInstanceOf(InvalidRequestError);
  });

  it('takes times as dates', async () => {
    const runAt = new Date(Date.now() + 3_600_000);
    const job = await leveret.worker.enqueue(request({ runAt }));
    expect(job).toMatchObject({ status: 'scheduled', scheduledFor: runAt.toISOString() });
  });

  it('says which fields are wrong', async () => {
    const refused = leveret.worker.enqueue({ task: 'demo.paint', payload: {} });
    await expect(refused).rejects.toMatchObject({ name: 'InvalidRequestError', errors: [{ path: 'payload.colour' }] });
  });

  it('lists jobs page by page', async () => {
    const metadata = { customer: 'lister' };
    const { jobs, batchId } = await leveret.worker.enqueueBatch(Array.from({ length: 7 }, () => request({ metadata })));
    const newestFirst = jobs.map(({ id }) => id).reverse();
    await expect(idsOf(leveret.jobs.list({ metadata, limit: 3 }))).resolves.toEqual(newestFirst);
    await expect(idsOf(leveret.jobs.list({ batchId, limit: 200 }))).resolves.toEqual(newestFirst);
    const sizes = [];
    for await (const { data } of leveret.jobs.list({ metadata, limit: 3 }).pages()) sizes.push(data.length);
    expect(sizes).toEqual([3, 3, 1]);
    const first = await leveret.jobs.list({ metadata, limit: 3 }).page();
    const second = await leveret.jobs.list({ metadata, limit: 3, cursor: first.nextCursor ?? '' }).page();
    expect([...first.data, ...second.data].map(({ id }) => id)).toEqual(newestFirst.slice(0, 6));
    await expect(idsOf(leveret.jobs.list({ metadata, createdAfter: new Date() }))).resolves.toEqual([]);
  });

  it('enqueues a stream of jobs, batch by batch', async () => {
    async function* jobs(): AsyncGenerator<JobRequest> {
      for (let number = 0; number < 10_003; number += 1) yield request({ metadata: { number } });
    }
    const batches = [];
    for await (const batch of leveret.worker.enqueueStream(jobs())) batches.push(batch);
    expect(batches.map(({ jobs: taken }) => taken.length)).toEqual([10_000, 3]);
    const [last] = (await leveret.jobs.list({ batchId: batches[1]?.batchId, limit: 1 }).page()).data;
    expect(last?.metadata).toEqual({ number: 10_002 });
  });

  it('takes all jobs of a batch or none', async () => {
    const jobs = [request(), request({ task: 'demo.unknown' })];
    await expect(leveret.worker.enqueueBatch(jobs)).rejects.toMatchObject({ errors: [{ path: 'jobs.1.task' }] });
  });

  it('waits for a batch, and moves it', async () => {
    const { batchId } = await leveret.worker.enqueueBatch([request(), request()]);
    await expect(leveret.batches.wait(batchId, { timeout: 50 })).rejects.toMatchObject({ name: 'WaitTimeoutError' });
    await expect(leveret.batches.cancel(batchId)).resolves.toMatchObject({ changed: 2 });
    await expect(leveret.batches.wait(batchId)).resolves.toMatchObject({ total: 2, counts: { cancelled: 2 } });
    await expect(leveret.batches.retry(batchId)).resolves.toMatchObject({ changed: 0 });
  });

  it('says what follows from a job, and shows the tree', async () => {
    const job = await leveret.worker.enqueue(
      request({ then: [{ task: 'demo.echo', payload: '{{result}}', on: 'final' }] }),
    );
    await expect(leveret.jobs.flow(job.id)).resolves.toMatchObject({
      root: { kind: 'job', id: job.id, children: [{ task: 'demo.echo', status: 'waiting', on: 'final', by: 'then' }] },
    });
  });

  it('changes, cancels, retries and deletes a job', async () => {
    const { id } = await leveret.worker.enqueue(request({ delay: '1h' }));
    await expect(leveret.jobs.update(id, { priority: 'low' })).resolves.toMatchObject({ priority: 1 });
    await expect(leveret.jobs.delete(id)).rejects.toBeInstanceOf(ConflictError);
    await expect(leveret.jobs.cancel(id)).resolves.toMatchObject({ status: 'cancelled' });
    await expect(leveret.jobs.cancel(id)).rejects.toBeInstanceOf(ConflictError);
    await expect(leveret.jobs.retry(id)).resolves.toMatchObject({ status: 'queued' });
    await leveret.jobs.cancel(id);
    await expect(leveret.jobs.delete(id)).resolves.toBeUndefined();
    await expect(leveret.jobs.get(id)).rejects.toBeInstanceOf(NotFoundError);
  });

  describe('watching', () => {
    const ofJob = { worker: 'demo@test', run: 1, attempt: 1 };
    const at = '2026-01-01T00:00:00.000Z';
    const steps = (job: string): (() => Promise<unknown>)[] => [
      () => report({ type: 'started', job, ...ofJob, at: new Date().toISOString() }),
      () => telling.progress('demo', [{ type: 'progress', job, ...ofJob, seq: 1, percent: 40, message: 'at 40' }]),
      () =>
        telling.log('demo', [
          { type: 'log', job, ...ofJob, seq: 1, level: 'info', message: 'hello', fields: { who: 'hare' }, at },
        ]),
      () => report({ type: 'ended', job, ...ofJob, startedAt: at, durationMs: 5, outcome: DONE }),
    ];
    const report = (told: RunReport): Promise<unknown> => reports.apply([{ domain: 'demo', report: told }]);

    it('tells what becomes of a job, with its log, to its end', async () => {
      const { id } = await leveret.worker.enqueue(request());
      const left = steps(id);
      const told = [];
      for await (const update of leveret.jobs.watch(id, { logs: true, timeout: '20s' })) {
        told.push(update);
        await left.shift()?.();
      }
      expect(told).toMatchObject([
        { type: 'status', status: 'queued', attempt: 0 },
        { type: 'status', status: 'running', attempt: 1 },
        { type: 'progress', status: 'running', progress: { percent: 40, message: 'at 40' } },
        { type: 'log', status: 'running', line: { level: 'info', message: 'hello', who: 'hare' } },
        { type: 'status', status: 'completed', progress: { percent: 100 }, result: { answer: 42 } },
      ]);
      await expect(leveret.jobs.result(id)).resolves.toEqual({ answer: 42 });
    });

    it('opens one job by its token', async () => {
      const [job, other] = [await leveret.worker.enqueue(request()), await leveret.worker.enqueue(request())];
      for (const step of steps(job.id)) await step();
      const page = new Leveret({ url: edge.url });
      await expect(page.jobs.result(job.id, { watchToken: job.watchToken })).resolves.toEqual({ answer: 42 });
      const watchToken = await leveret.jobs.watchToken(job.id);
      await expect(page.jobs.result(job.id, { watchToken })).resolves.toEqual({ answer: 42 });
      await expect(page.jobs.result(other.id, { watchToken })).rejects.toBeInstanceOf(LeveretError);
      await expect(page.jobs.get(job.id)).rejects.toBeInstanceOf(UnauthorizedError);
    });

    it('looks at the job when the gateway has no stream left', async () => {
      const holder = await leveret.worker.enqueue(request());
      const held = leveret.jobs.watch(holder.id);
      await held.next();
      const { id } = await leveret.worker.enqueue(request());
      const left = steps(id);
      const told = [];
      for await (const { type, status } of leveret.jobs.watch(id, { timeout: '20s' })) {
        told.push(`${type} ${status}`);
        await left.shift()?.();
        if (left.length === 2) await left.shift()?.();
      }
      expect(told).toEqual(['status queued', 'status running', 'progress running', 'status completed']);
      await held.return();
    });
  });

  it('uploads what there is, and downloads it by key and by link', async () => {
    const file = new File(['Hello, hare.'], 'höre.txt', { type: 'text/plain' });
    const stored = await leveret.files.upload(file);
    expect(stored).toMatchObject({
      filename: 'höre.txt',
      size: 12,
      contentType: expect.stringContaining('text/plain'),
    });
    await expect((await leveret.files.download(stored)).text()).resolves.toBe('Hello, hare.');
    await expect((await leveret.files.download(stored.key, { range: [7, 10] })).text()).resolves.toBe('hare');
    const keyless = new Leveret({ url: edge.url });
    await expect(
      (await keyless.files.download({ ...stored, url: `${edge.url}${pathOf(stored.url)}` })).text(),
    ).resolves.toBe('Hello, hare.');
    await expect(keyless.files.download(stored.key)).rejects.toBeInstanceOf(UnauthorizedError);
  });

  it('uploads streams and bytes', async () => {
    const body = new Response('x'.repeat(100_000)).body;
    if (body === null) throw new Error('A response with a text has a body.');
    const options = { filename: 'x.txt', contentType: 'text/plain' };
    await expect(leveret.files.upload(body, options)).resolves.toMatchObject({ size: 100_000, filename: 'x.txt' });
    await expect(leveret.files.upload(new Uint8Array(3))).resolves.toMatchObject({ size: 3, filename: 'file' });
  });

  it('shows tasks and queues, and holds a queue', async () => {
    await expect(leveret.tasks.get('demo.paint')).resolves.toMatchObject({ name: 'demo.paint', available: true });
    const names = [];
    for await (const { name } of leveret.tasks.list({ limit: 1 })) names.push(name);
    expect(names).toEqual(['demo.echo', 'demo.paint']);
    await expect(leveret.queues.pause('demo')).resolves.toMatchObject({ name: 'demo', paused: true });
    await expect(leveret.queues.resume('demo')).resolves.toMatchObject({ paused: false });
    await expect(leveret.queues.get('demo')).resolves.toMatchObject({ throughput: expect.any(Number) });
    await expect(leveret.queues.list().page()).resolves.toMatchObject({ data: [{ name: 'demo' }] });
  });

  it('sets in which order jobs of a queue start, and says what is wrong with it', async () => {
    const weights = { 'demo.paint': 4 };
    await expect(leveret.queues.update('demo', { order: 'lifo', weights })).resolves.toMatchObject({
      ...{ name: 'demo', order: 'lifo', weights },
    });
    await expect(leveret.queues.update('demo', { order: 'fifo', weights: {} })).resolves.toMatchObject({
      ...{ order: 'fifo', weights: {} },
    });
    const wrong = leveret.queues.update('demo', { weights: { 'demo.paint': 101 } });
    await expect(wrong).rejects.toMatchObject({ name: 'InvalidRequestError', errors: [{ path: /weights/ }] });
  });

  it('explains why a job waits, and tells when there is no such job', async () => {
    const { id } = await leveret.worker.enqueue(request({ delay: '1h' }));
    const { jobId, state, reasons, position } = await leveret.jobs.explain(id);
    expect([jobId, state, position]).toEqual([id, 'scheduled', null]);
    expect(reasons[0]).toMatchObject({ code: 'scheduled', message: expect.stringContaining('60 minutes') });
    await expect(leveret.jobs.explain(NOBODY)).rejects.toBeInstanceOf(NotFoundError);
  });

  it('shows where jobs are, and who works', async () => {
    const { id } = await leveret.worker.enqueue(request({ delay: '1h' }));
    await expect(leveret.audits.locate(id)).resolves.toMatchObject({ jobId: id, place: 'scheduled' });
    await expect(leveret.audits.locate(NOBODY)).rejects.toBeInstanceOf(NotFoundError);
    const audit = await leveret.audits.get();
    expect(audit).toMatchObject({ unaccounted: 0, queues: expect.any(Array) });
    await edge.database.query(
      `INSERT INTO workers (domain, id, app_version, concurrency, runs, seq) VALUES ('demo', 'demo@one', '1.0.0', 4, '[]', 1)`,
    );
    await expect(leveret.workers.list().page()).resolves.toMatchObject({
      data: [{ id: 'demo@one', queue: 'demo', concurrency: 4, alive: true, runs: [] }],
    });
  });

  it('limits tenants', async () => {
    const limits = { requestsPerSecond: null, maxOpenJobs: 1, maxRunningJobs: null };
    await expect(leveret.tenants.setLimits('limited', { maxOpenJobs: 1 })).resolves.toEqual(limits);
    await expect(leveret.tenants.limits('limited')).resolves.toEqual(limits);
    await expect(leveret.tenants.limits('nobody')).resolves.toMatchObject({ maxOpenJobs: null });
    await expect(leveret.tenants.setLimits('limited', { maxOpenJobs: 0 })).rejects.toBeInstanceOf(InvalidRequestError);
    await leveret.tenants.setLimits('limited', {});
  });

  it('ends a call of an operator by its signal', async () => {
    const signal = AbortSignal.abort(new Error('enough'));
    for (const call of [
      () => leveret.audits.get({ signal }),
      () => leveret.workers.list({}, { signal }).page(),
      () => leveret.tenants.limits('limited', { signal }),
      () => leveret.deadLetters.groups({}, { signal }),
      () => leveret.redrives.list({}, { signal }).page(),
    ]) {
      await expect(call()).rejects.toThrow('enough');
    }
  });

  it('keeps schedules', async () => {
    const { id } = await leveret.schedules.create({
      name: 'nightly',
      cron: '0 3 * * *',
      task: 'demo.echo',
      payload: {},
    });
    await expect(leveret.schedules.update(id, { cron: null, every: '1h' })).resolves.toMatchObject({ every: '1h' });
    const job = await leveret.schedules.run(id);
    await expect(leveret.schedules.get(id)).resolves.toMatchObject({ lastJobId: job.id });
    await expect(leveret.schedules.runs(id).page()).resolves.toMatchObject({ data: [{ jobId: job.id }] });
    await expect(leveret.schedules.list().page()).resolves.toMatchObject({ data: [{ id }] });
    await leveret.schedules.delete(id);
    await expect(leveret.schedules.get(id)).rejects.toBeInstanceOf(NotFoundError);
  });

  it('keeps triggers, tries them, and publishes events once for one id', async () => {
    const wanted = { name: 'welcome', pattern: 'user.*', task: 'demo.echo', payload: { to: '{{data.email}}' } };
    const event = { id: 'user-1', type: 'user.created', data: { email: 'a@example.org' } };
    await expect(leveret.triggers.test(event, wanted)).resolves.toMatchObject({
      triggers: [{ fires: true, job: { payload: { to: 'a@example.org' } } }],
    });
    const { id } = await leveret.triggers.create(wanted);
    await expect(leveret.triggers.update(id, { pattern: 'user.created' })).resolves.toMatchObject({ id });
    await expect(leveret.triggers.list().page()).resolves.toMatchObject({ data: [{ id, pattern: 'user.created' }] });
    await expect(leveret.events.publish(event)).resolves.toMatchObject({ id: 'user-1', duplicate: false });
    await expect(leveret.events.publish(event)).resolves.toMatchObject({ id: 'user-1', duplicate: true });
    await expect(leveret.triggers.runs(id).page()).resolves.toMatchObject({ nextCursor: null });
    await leveret.triggers.delete(id);
    await expect(leveret.triggers.get(id)).rejects.toBeInstanceOf(NotFoundError);
  });

  it('looks into dead letters, redrives and purges them', async () => {
    const death = { queue: 'demo', task: 'demo.echo', code: 'broken' };
    const id = await deadJob({ jobs: edge.jobs, reports }, death);
    const { data } = await leveret.deadLetters.list({ errorCode: 'broken' }).page();
    expect(data).toMatchObject([{ jobId: id, error: { code: 'broken' } }]);
    await expect(leveret.deadLetters.get(data[0]?.id ?? '')).resolves.toMatchObject({ attempts: [{ attempt: 1 }] });
    await expect(leveret.deadLetters.redrive({ jobIds: [id] })).resolves.toMatchObject({ redriven: 1 });
    await deadJob({ jobs: edge.jobs, reports }, death);
    await expect(leveret.deadLetters.groups({ queue: 'demo' })).resolves.toMatchObject([
      { queue: 'demo', task: 'demo.echo', errorCode: 'broken', count: 1 },
    ]);
    const { id: redrive = '' } = await leveret.deadLetters.redrive({ errorCode: 'broken', canary: 1, rate: 1 });
    await expect(leveret.redrives.list().page()).resolves.toMatchObject({ data: [{ id: redrive, total: 1 }] });
    await expect(leveret.redrives.stop(redrive)).resolves.toMatchObject({ state: 'stopped' });
    await expect(leveret.redrives.stop(redrive)).rejects.toBeInstanceOf(ConflictError);
    await expect(leveret.redrives.get(redrive)).resolves.toMatchObject({ stopReason: expect.stringContaining('hand') });
    await expect(leveret.deadLetters.purge({ errorCode: 'broken' })).resolves.toEqual({ purged: 1, complete: true });
  });

  it('makes API keys, which see no other tenant and are revoked', async () => {
    const created = await leveret.apiKeys.create({ name: 'shop', tenant: 'shop', scopes: ['jobs:read'] });
    const shop = new Leveret({ apiKey: created.secret, url: edge.url });
    const { id } = await leveret.worker.enqueue(request());
    await expect(shop.jobs.get(id)).rejects.toBeInstanceOf(NotFoundError);
    await expect(shop.worker.enqueue(request())).rejects.toMatchObject({ name: 'UnauthorizedError', status: 403 });
    await expect(leveret.apiKeys.list({ tenant: 'shop' }).page()).resolves.toMatchObject({
      data: [{ id: created.id }],
    });
    await expect(leveret.apiKeys.update(created.id, { maxOpenJobs: 5 })).resolves.toMatchObject({ maxOpenJobs: 5 });
    await leveret.apiKeys.revoke(created.id);
    await expect(shop.jobs.get(NOBODY)).rejects.toMatchObject({ name: 'UnauthorizedError', status: 401 });
  });
});

/** Links carry the address that users see, which is not where a test listens. */
function pathOf(url: string): string {
  const { pathname, search } = new URL(url);
  return `${pathname}${search}`;
}
