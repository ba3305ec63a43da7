import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { eventually } from '../support/eventually.js';
import { SuiteJobs } from '../support/suite-jobs.js';
import { SuiteMessages } from '../support/suite-messages.js';
import { startSuite, type TestSuite } from '../support/test-suite.js';

jest.setTimeout(60_000);

const STATUS = 'leveret.status';

/** What an app may claim of a run that it has ended. */
interface EndedClaim {
  readonly job: string;
  readonly run?: number;
  readonly attempt?: number;
  readonly worker?: string;
  readonly startedAt?: string;
  readonly durationMs?: number;
  readonly outcome?: object;
}

describe('reports of an app', () => {
  let suite: TestSuite;
  let jobs: SuiteJobs;
  let messages: SuiteMessages;

  // The app announces its task and ends, so that its jobs are queued and the reports about them are the test's alone.
  beforeAll(async () => {
    suite = await startSuite({ apps: ['lab'] });
    await suite.stopApp('lab');
    jobs = new SuiteJobs(suite);
    messages = await SuiteMessages.open(suite);
  });

  afterAll(async () => {
    await messages.close();
    await suite.stop();
  });

  const enqueue = async (): Promise<string> => (await jobs.enqueue('lab.noop', {})).id;

  const ended = (claim: EndedClaim): object => ({
    type: 'ended',
    run: 1,
    worker: 'lab@test',
    attempt: 1,
    startedAt: new Date().toISOString(),
    durationMs: 1,
    outcome: { kind: 'done', result: { claimed: true } },
    ...claim,
  });

  async function keptAside(text: string): Promise<string> {
    return eventually('report kept aside', async () => {
      const [row] = await suite.servers.query<{ reason: string }>(
        'select reason from reports_kept_aside where report like $1',
        [`%${text}%`],
      );
      return row?.reason;
    });
  }

  it.each([
    { what: 'an attempt beyond any count', poison: { attempt: 3_000_000_000 } },
    { what: 'a worker whose name no database can hold', poison: { worker: 'lab\0test' } },
  ])('with $what: it alone is kept aside and fails its job, those around it go through', async ({ poison }) => {
    const [before, poisoned, behind] = [await enqueue(), await enqueue(), await enqueue()];
    const reports = [ended({ job: before }), ended({ job: poisoned, ...poison }), ended({ job: behind })];
    await messages.publish(STATUS, 'lab.report', reports);
    for (const id of [before, behind]) {
      expect(await jobs.completed(id)).toMatchObject({ attempt: 1, result: { claimed: true } });
    }
    expect(await jobs.failed(poisoned)).toMatchObject({ error: { code: 'unreadable_report', permanent: true } });
    expect(await keptAside(poisoned)).not.toBe('');
  });

  it('of a run beyond any count are kept aside, however many, and what comes behind them goes through', async () => {
    const [claimed, behind] = [await enqueue(), await enqueue()];
    const poisoned = ended({ job: claimed, run: 3_000_000_000, outcome: { kind: 'cancel' } });
    // More messages than the gateway reads ahead.
    for (let count = 0; count < 30; count += 1) await messages.publish(STATUS, 'lab.report', [poisoned]);
    await messages.publish(STATUS, 'lab.report', [ended({ job: behind })]);
    await jobs.completed(behind);
    expect(await keptAside(claimed)).not.toBe('');
    expect(await jobs.show(claimed)).toMatchObject({ status: 'queued', version: 1 });
  });

  it.each([
    { what: 'no JSON', body: Buffer.from('[{"type":') },
    { what: 'no UTF-8', body: Buffer.from([0x5b, 0xff, 0x5d]) },
    { what: 'no list', body: { type: 'ended' } },
    { what: 'an empty list', body: [] },
    { what: 'of a newer format', body: [], headers: { 'x-version': 99 } },
  ])('that are $what are passed over, and hold up nobody', async ({ body, headers = {} }) => {
    await messages.publish(STATUS, 'lab.report', body, { headers });
    const id = await enqueue();
    await messages.publish(STATUS, 'lab.report', [ended({ job: id })]);
    await jobs.completed(id);
  });

  it('about a job that nobody has, or that are no reports, are kept aside with the reason', async () => {
    const [stranger, mark, id] = [randomUUID(), randomUUID(), await enqueue()];
    const reports = [ended({ job: stranger }), { type: 'celebrated', mark }, null, ended({ job: id })];
    await messages.publish(STATUS, 'lab.report', reports);
    await jobs.completed(id);
    expect(await keptAside(stranger)).toBe('unknown_job');
    expect(await keptAside(mark)).toBe('not_a_report');
  });

  it('wait while the tables are those of another version, and are entered when they are not', async () => {
    const id = await enqueue();
    await suite.servers.query('alter table queue_minutes rename to queue_minutes_of_later');
    await messages.publish(STATUS, 'lab.report', [ended({ job: id })]);
    await eventually('word of the wait', () => suite.log('gateway').find((line) => line.includes('queue_minutes')));
    expect(await jobs.show(id)).toMatchObject({ status: 'queued' });
    await suite.servers.query('alter table queue_minutes_of_later rename to queue_minutes');
    expect(await jobs.completed(id)).toMatchObject({ attempt: 1 });
  });

  it("from another domain move nothing, whatever they say of a job's", async () => {
    const id = await enqueue();
    await messages.publish(STATUS, 'media.report', [ended({ job: id })]);
    expect(await keptAside(id)).toBe('unknown_job');
    expect(await jobs.show(id)).toMatchObject({ status: 'queued', version: 1, result: null });
    expect(await jobs.attempts(id)).toEqual([]);
  });

  it('with times of another age are kept within what can be', async () => {
    const id = await enqueue();
    await messages.publish(STATUS, 'lab.report', [
      ended({ job: id, startedAt: '1999-01-01T00:00:00Z', durationMs: 1e300 }),
    ]);
    const { createdAt, startedAt, completedAt } = await jobs.completed(id);
    expect(startedAt).toBe(createdAt);
    expect(Date.parse(completedAt ?? '')).toBeLessThanOrEqual(Date.now() + 1_000);
  });

  it('with a result over its limit fail the job for good', async () => {
    const id = await enqueue();
    const outcome = { kind: 'done', result: 'x'.repeat(70_000) };
    await messages.publish(STATUS, 'lab.report', [ended({ job: id, outcome })]);
    expect(await jobs.failed(id)).toMatchObject({ result: null, error: { code: 'result_too_large', permanent: true } });
  });
});
