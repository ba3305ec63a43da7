import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newJob } from '../testing/new-job.js';
import { type RealLedger, startRealLedger } from '../testing/real-ledger.js';
import { LedgerBusyError } from './acceptance-error.js';
import { ForeignJobIdError, JobStore } from './job-store.js';
import { type WorkEntry } from './outbox.js';

const START_MS = 60_000;

describe('JobStore', () => {
  let ledger: RealLedger;
  let jobs: JobStore;
  const dispatch = {
    takes: (): boolean => false,
    admits: (): boolean => true,
    send: (): void => undefined,
    holds: (): void => undefined,
    wake: (): void => undefined,
    hurry: (): void => undefined,
  };

  beforeAll(async () => {
    ledger = await startRealLedger();
    jobs = new JobStore(ledger.database, dispatch);
  }, START_MS);

  afterAll(() => ledger.stop());

  const sent = (ids: readonly string[]): Promise<{ job_id: string; kind: string; run: number }[]> =>
    ledger.database.query('SELECT job_id, kind, run FROM outbox WHERE job_id = ANY($1) ORDER BY id', [ids]);

  it('enters jobs that come together, each with its message to be sent, in the order in which they came', async () => {
    const many = Array.from({ length: 300 }, () => newJob());
    const accepted = await Promise.all(many.map((job) => jobs.accept(job)));
    expect(accepted.map(({ job, created }) => [job.id, created])).toEqual(many.map(({ id }) => [id, true]));
    const ids = many.map(({ id }) => id);
    expect(await sent(ids)).toEqual(ids.map((id) => ({ job_id: id, kind: 'work', run: 1 })));
  });

  it.each([
    { what: 'a payload of broken JSON', bad: { payload: '{"broken"' } },
    { what: 'metadata that no database can hold', bad: { metadata: String.raw`{"a":"\u0000"}` } },
    { what: 'a priority out of bounds', bad: { priority: 11 } },
    { what: 'no attempt', bad: { maxAttempts: 0 } },
    { what: 'a text that is no UTF-8', bad: { tenant: 'a\0b' } },
  ])('refuses one with $what alone, and enters those that came with it', async ({ bad }) => {
    const good = Array.from({ length: 20 }, () => newJob());
    const poisoned = newJob(bad);
    const together = [...good.slice(0, 10), poisoned, ...good.slice(10)];
    const settled = await Promise.allSettled(together.map((job) => jobs.accept(job)));
    expect(settled.flatMap(({ status }, index) => (status === 'rejected' ? [together[index]] : []))).toEqual([
      poisoned,
    ]);
    expect(await jobs.find(poisoned.id, null)).toBeUndefined();
    expect(await sent([poisoned.id])).toEqual([]);
    expect(await sent(good.map(({ id }) => id))).toHaveLength(good.length);
  });

  it('gives the job that is there when the same id comes again, also in one go, and sends one message', async () => {
    const job = newJob({ payload: '{"first":true}' });
    const again = { ...job, payload: '{"first":false}' };
    const [first, second] = await Promise.all([jobs.accept(job), jobs.accept(again)]);
    const third = await jobs.accept(again);
    expect([first, second, third].map(({ job: { payload } }) => payload)).toEqual(Array(3).fill({ first: true }));
    expect([first, second, third].map(({ created }) => created)).toEqual([true, false, false]);
    expect(await sent([job.id])).toHaveLength(1);
  });

  it("refuses an id of another tenant's job, which stays as it was, and nothing that came with it", async () => {
    const theirs = newJob({ tenant: 'theirs' });
    await jobs.accept(theirs);
    const beside = newJob();
    const [refused, accepted] = await Promise.allSettled([
      jobs.accept({ ...theirs, tenant: 'ours' }),
      jobs.accept(beside),
    ]);
    expect(refused).toMatchObject({ status: 'rejected', reason: expect.any(ForeignJobIdError) as unknown });
    expect(accepted).toMatchObject({ status: 'fulfilled', value: { created: true } });
    expect(await jobs.find(theirs.id, 'ours')).toBeUndefined();
    expect(await jobs.find(theirs.id, 'theirs')).toMatchObject({ tenant: 'theirs', version: 1 });
  });

  it('hands over what it has entered when the relay takes it, claimed so that no other gateway sends it', async () => {
    const handed: WorkEntry[] = [];
    const taking = {
      ...dispatch,
      takes: (): boolean => true,
      send: (entries: readonly WorkEntry[]) => void handed.push(...entries),
    };
    const job = newJob({ priority: 7 });
    const store = new JobStore(ledger.database, taking);
    await Promise.all([store.accept(job), store.accept({ ...job, priority: 1 })]);
    expect(handed).toHaveLength(1);
    expect(handed).toMatchObject([
      { kind: 'work', queueKey: job.queueKey, order: { jobId: job.id, priority: 7, run: 1 } },
    ]);
    const [row] = await ledger.database.query<{ held: boolean }>(
      'SELECT free_at > now() AS held FROM outbox WHERE id = $1',
      [handed[0]?.id],
    );
    expect(row).toEqual({ held: true });
  });

  it(
    'refuses jobs at once when 64 MiB of payload wait to be entered beside two batches, and enters the others',
    async () => {
      const payload = JSON.stringify('x'.repeat(1024 * 1024 - 2));
      const many = Array.from({ length: 70 }, () => newJob({ payload }));
      const settled = await Promise.allSettled(many.map((job) => jobs.accept(job)));
      const refused = settled.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason as unknown] : []));
      expect(refused).toHaveLength(4);
      expect(refused.every((error) => error instanceof LedgerBusyError)).toBe(true);
    },
    START_MS,
  );
});
