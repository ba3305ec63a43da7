import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { type Job } from '#libs/contracts';
import { eventually } from '../support/eventually.js';
import { SuiteJobs } from '../support/suite-jobs.js';
import { type ApiAnswer, startSuite, type TestSuite } from '../support/test-suite.js';

jest.setTimeout(150_000);

/** A batch that held up single jobs would let none through until it is entered. */
const SINGLE_JOBS = 5;
const BATCH_MS = 120_000;

interface Batch {
  readonly total: number;
  readonly percent: number;
  readonly counts: Readonly<Record<string, number>>;
}

describe('keys and batches', () => {
  let suite: TestSuite;
  let jobs: SuiteJobs;
  let second: string;

  beforeAll(async () => {
    suite = await startSuite({ apps: ['lab'] });
    second = await suite.startApp('gateway', 'gateway-2');
    jobs = new SuiteJobs(suite);
  });

  afterAll(() => suite.stop());

  const twenty = (job: object, headers: Readonly<Record<string, string>>): Promise<ApiAnswer<Job>[]> =>
    Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        suite.api<Job>('POST', '/v1/jobs', job, { headers, ...(index % 2 === 0 ? {} : { url: second }) }),
      ),
    );
  const statuses = (answers: readonly ApiAnswer<Job>[]): number[] => answers.map(({ status }) => status).sort();
  const ids = (answers: readonly ApiAnswer<Job>[]): Set<string> =>
    new Set(answers.filter(({ status }) => status < 300).map(({ body }) => body.id));

  it('make one job of twenty requests with one Idempotency-Key at once by two gateways, and run it once', async () => {
    const answers = await twenty({ task: 'lab.noop', payload: {} }, { 'idempotency-key': randomUUID() });
    expect(statuses(answers).filter((status) => status === 202)).toHaveLength(1);
    expect(new Set(statuses(answers).filter((status) => status !== 202 && status !== 409))).toEqual(
      new Set(statuses(answers).includes(200) ? [200] : []),
    );
    const [id = '', ...others] = ids(answers);
    expect(others).toEqual([]);
    await jobs.completed(id);
    expect(await jobs.attempts(id)).toHaveLength(1);
  });

  it('make one job of twenty requests with one uniqueKey at once by two gateways, until it has ended', async () => {
    const job = { task: 'lab.noop', payload: {}, uniqueKey: randomUUID(), delay: '1h' };
    const answers = await twenty(job, {});
    expect(statuses(answers)).toEqual([...Array.from({ length: 19 }, () => 200), 202]);
    expect(ids(answers).size).toBe(1);
    const [id = ''] = ids(answers);
    await jobs.ask('PATCH', `/v1/jobs/${id}`, { delay: 0 });
    await jobs.completed(id);
    expect((await jobs.enqueue('lab.noop', {}, { uniqueKey: job.uniqueKey })).id).not.toBe(id);
  });

  it('run 10,000 jobs of one call, while single jobs are taken as quickly as ever', async () => {
    const request = { jobs: Array.from({ length: 10_000 }, () => ({ task: 'lab.noop', payload: {} })) };
    const entered = new AbortController();
    const call = jobs.ask<{ batchId: string; jobs: { id: string }[] }>('POST', '/v1/jobs/batch', request);
    void call.finally(() => {
      entered.abort();
    });
    let taken = 0;
    while (!entered.signal.aborted) {
      await jobs.enqueue('lab.noop', {});
      taken += 1;
    }
    const { status, body } = await call;
    expect([status, new Set(body.jobs.map(({ id }) => id)).size]).toEqual([202, 10_000]);
    expect(taken).toBeGreaterThan(SINGLE_JOBS);
    let batch: Batch | undefined;
    await eventually(
      'the end of the batch',
      async () => {
        batch = (await jobs.ask<Batch>('GET', `/v1/batches/${body.batchId}`)).body;
        return batch.percent === 100 ? batch : undefined;
      },
      () => batch,
      BATCH_MS,
    );
    expect(batch).toMatchObject({ total: 10_000, counts: { completed: 10_000 } });
  });
});
