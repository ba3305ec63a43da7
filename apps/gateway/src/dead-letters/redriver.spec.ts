import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createTelemetry } from '#libs/observability';
import { uuidv7 } from 'uuidv7';
import { type DeadLetterFilter } from '../ledger/dead-letter-filter.js';
import { JobSteering } from '../ledger/job-steering.js';
import { JobStore } from '../ledger/job-store.js';
import { Lookout } from '../ledger/lookout.js';
import { type RedriveRecord } from '../ledger/redrive.js';
import { RedriveStore } from '../ledger/redrive-store.js';
import { ReportStore } from '../ledger/report-store.js';
import { IDLE_DISPATCH } from '../testing/idle-dispatch.js';
import { complete, deadJob, fail } from '../testing/dead-job.js';
import { type RealLedger, startRealLedger } from '../testing/real-ledger.js';
import { Allowance } from './allowance.js';
import { Redriver, type RetryJobs } from './redriver.js';

const START_MS = 60_000;
const PATIENCE_MS = 8_000;

describe('a redrive', () => {
  let ledger: RealLedger;
  let jobs: JobStore;
  let reports: ReportStore;
  let redrives: RedriveStore;
  let steering: JobSteering;
  const parts: { stop(): Promise<void> }[] = [];

  beforeAll(async () => {
    ledger = await startRealLedger();
    jobs = new JobStore(ledger.database, IDLE_DISPATCH);
    reports = new ReportStore(ledger.database);
    redrives = new RedriveStore(ledger.database);
    steering = new JobSteering(ledger.database, { hurry: () => undefined });
  }, START_MS);

  beforeEach(() => ledger.database.query('TRUNCATE jobs, dead_letters, redrives CASCADE'));

  afterEach(async () => {
    await Promise.all(parts.splice(0).map((part) => part.stop()));
  });

  afterAll(() => ledger.stop());

  function redriver(retry: RetryJobs = (ids) => steering.retry(ids)): Redriver {
    const telemetry = createTelemetry({ service: 'gateway', level: 'info', destination: { write: () => undefined } });
    const lookout = new Lookout(ledger.database);
    const made = new Redriver({ redrives, lookout, retry, telemetry });
    parts.push(lookout, made);
    made.start();
    lookout.start();
    return made;
  }

  const begin = (
    selection: DeadLetterFilter,
    { canary = 2, rate = 100 }: { canary?: number; rate?: number } = {},
  ): Promise<RedriveRecord> => redrives.create({ id: uuidv7(), selection, canary, rate });
  const several = async (count: number, code = 'bad'): Promise<string[]> => {
    const ids: string[] = [];
    while (ids.length < count) ids.push(await deadJob({ jobs, reports }, { code }));
    return ids;
  };
  const queued = async (): Promise<string[]> =>
    (await jobs.list({ status: ['queued'] }, { limit: 100, after: null })).map(({ id }) => id);

  async function until<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
      const found = await look();
      if (found !== undefined) return found;
      if (Date.now() > deadline) throw new Error(`There is still no ${what}.`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
  const untilQueued = (count: number): Promise<string[]> =>
    until(`${count} queued jobs`, async () => {
      const ids = await queued();
      return ids.length === count ? ids : undefined;
    });
  const untilEnded = (id: string): Promise<RedriveRecord> =>
    until('end of the redrive', async () => {
      const redrive = await redrives.find(id);
      return redrive?.endedAt === null ? undefined : redrive;
    });

  it('sends canaries, waits for their ends, and goes on with the others', async () => {
    const ids = await several(5);
    const other = await deadJob({ jobs, reports }, { code: 'other' });
    redriver();
    const { id, total, state } = await begin({ errorCode: 'bad' });
    expect([total, state]).toEqual([5, 'canary']);
    expect((await untilQueued(2)).sort()).toEqual(ids.slice(0, 2).sort());
    await new Promise((resolve) => setTimeout(resolve, 800)); // three looks in which nothing may follow
    expect(await queued()).toHaveLength(2);
    for (const job of ids.slice(0, 2)) await complete(reports, { id: job, run: 2 });
    const rest = await untilQueued(3);
    expect((await redrives.find(id))?.state).toBe('running');
    for (const job of rest) await complete(reports, { id: job, run: 2 });
    expect(await untilEnded(id)).toMatchObject({
      state: 'done',
      stopReason: null,
      counts: { redriven: 5, refused: 0, completed: 5, failed: 0 },
    });
    expect((await jobs.find(other, null))?.status).toBe('failed');
  }, 20_000);

  it('stops by itself when a job fails again of the same, with the others untouched', async () => {
    const ids = await several(4);
    redriver();
    const { id } = await begin({ queue: 'lab' });
    const [first = ''] = await untilQueued(2);
    await fail(reports, { id: first, run: 2 });
    const ended = await untilEnded(id);
    expect(ended).toMatchObject({ state: 'stopped', counts: { redriven: 2, failed: 1 } });
    expect(ended.stopReason).toBe(`Job ${first} has failed again with bad.`);
    for (const job of ids.slice(2)) expect((await jobs.find(job, null))?.attempt).toBe(1);
  }, 20_000);

  it('goes on when a job fails of something else', async () => {
    await several(3);
    redriver();
    const { id } = await begin({ queue: 'lab' }, { canary: 1 });
    const [first = ''] = await untilQueued(1);
    await fail(reports, { id: first, run: 2 }, 'another');
    for (const job of await untilQueued(2)) await complete(reports, { id: job, run: 2 });
    expect(await untilEnded(id)).toMatchObject({ state: 'done', counts: { completed: 2, failed: 1 } });
  }, 20_000);

  it('waits for canaries that can be sent out, beside those that cannot', async () => {
    const [refused = '', sent = '', later = ''] = await several(3);
    redriver(async (ids) => steering.retry(ids.filter((id) => id !== refused)));
    const { id } = await begin({ queue: 'lab' }, { canary: 1 });
    expect(await untilQueued(1)).toEqual([sent]);
    expect((await redrives.find(id))?.state).toBe('canary');
    await complete(reports, { id: sent, run: 2 });
    await untilQueued(1);
    await complete(reports, { id: later, run: 2 });
    expect(await untilEnded(id)).toMatchObject({ state: 'done', counts: { redriven: 2, refused: 1, completed: 2 } });
  }, 20_000);

  it('is worked on by one gateway, and taken over from one that died with jobs in hand', async () => {
    const ids = await several(3);
    const { id } = await begin({ queue: 'lab' }, { canary: 3 });
    // What a gateway leaves that has sent one job out and died: its lease has run out.
    await redrives.hold(uuidv7());
    await redrives.take(id, 3);
    await steering.retry(ids.slice(0, 1));
    expect(await redrives.hold(uuidv7())).toEqual([]);
    await ledger.database.query('UPDATE redrives SET leased_until = now()');
    redriver();
    await untilQueued(3);
    for (const job of ids) expect(await jobs.find(job, null)).toMatchObject({ status: 'queued' });
    const runs = await ledger.database.query<{ run: number }>('SELECT DISTINCT run FROM jobs');
    expect(runs).toEqual([{ run: 2 }]);
    expect((await redrives.find(id))?.counts.redriven).toBe(3);
  }, 20_000);

  it('takes no job more once it was stopped', async () => {
    await several(2);
    const { id } = await begin({ queue: 'lab' });
    expect([await redrives.end(id, 'stopped', 'By hand.'), await redrives.end(id, 'stopped', 'Again.')]).toEqual([
      true,
      false,
    ]);
    expect(await redrives.take(id, 10)).toBe(0);
  });
});

describe('an allowance', () => {
  it('is earned steadily, and not saved for longer than a second', () => {
    let now = 0;
    const allowance = new Allowance(10, () => now);
    expect(allowance.available).toBe(1);
    allowance.use(1);
    now = 250;
    expect(allowance.available).toBe(2);
    now = 60_000;
    expect(allowance.available).toBe(10);
  });

  it('lets one out now and then when less than one a second is allowed', () => {
    let now = 0;
    const allowance = new Allowance(0.5, () => now);
    allowance.use(allowance.available);
    now = 1_900;
    expect(allowance.available).toBe(0);
    now = 2_000;
    expect(allowance.available).toBe(1);
  });
});
