import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { type Job } from '#libs/contracts';
import { SuiteJobs } from '../support/suite-jobs.js';
import { SuiteMessages, type TakenMessage } from '../support/suite-messages.js';
import { startSuite, type TestSuite } from '../support/test-suite.js';

jest.setTimeout(60_000);

const TASK = 'lab.script';
/** So late comes nothing but what was lost and found again. */
const FAR_TOO_LATE_MS = 20_000;
const FIXED_200 = { type: 'fixed', delay: '200ms', jitter: 0 };

describe('a job', () => {
  let suite: TestSuite;
  let jobs: SuiteJobs;
  let messages: SuiteMessages;

  beforeAll(async () => {
    suite = await startSuite({ apps: ['lab'] });
    jobs = new SuiteJobs(suite);
    messages = await SuiteMessages.open(suite);
  });

  afterAll(async () => {
    await messages.close();
    await suite.stop();
  });

  const letterOf = (id: string): Promise<TakenMessage> =>
    messages.take('leveret.lab.dead', ({ messageId }) => messageId === id);

  const gapMs = (from: string | null | undefined, to: string | null | undefined): number =>
    Date.parse(to ?? '') - Date.parse(from ?? '');

  it('that fails is retrying until its wait is over, and completes in its next attempt', async () => {
    const backoff = { ...FIXED_200, delay: '2s' };
    const { id } = await jobs.enqueue(TASK, { steps: ['fail', 'ok'] }, { backoff });
    const waiting = await jobs.until(id, ({ status }) => status === 'retrying');
    expect(waiting).toMatchObject({
      attempt: 1,
      workerId: null,
      completedAt: null,
      error: { code: 'lab_failure', permanent: false, attempt: 1 },
    });
    expect(gapMs(waiting.error?.at, waiting.nextAttemptAt)).toBeGreaterThanOrEqual(2_000);

    const done = await jobs.completed(id);
    expect(done).toMatchObject({ attempt: 2, nextAttemptAt: null, error: null, result: { attempt: 2, run: 2 } });
    expect(done.version).toBeGreaterThan(waiting.version);

    const [first, second, ...others] = await jobs.attempts(id);
    expect(others).toEqual([]);
    expect(first).toMatchObject({ attempt: 1, run: 1, outcome: 'failed', error: { code: 'lab_failure' } });
    expect(second).toMatchObject({ attempt: 2, run: 2, outcome: 'completed', error: null });
    expect(gapMs(first?.endedAt, second?.startedAt)).toBeGreaterThanOrEqual(2_000);
    expect(gapMs(first?.endedAt, second?.startedAt)).toBeLessThan(FAR_TOO_LATE_MS);
  });

  it('waits each of its waits, to the ladder step', async () => {
    const { id } = await jobs.enqueue(TASK, { steps: ['fail', 'fail', 'ok'] }, { backoff: FIXED_200 });
    await jobs.completed(id);
    const attempts = await jobs.attempts(id);
    const waits = attempts.slice(1).map(({ startedAt }, index) => gapMs(attempts[index]?.endedAt, startedAt));
    expect(waits).toHaveLength(2);
    for (const wait of waits) {
      expect(wait).toBeGreaterThanOrEqual(200);
      expect(wait).toBeLessThan(FAR_TOO_LATE_MS);
    }
  });

  it('whose attempts are spent is failed, and a copy lies among the dead letters with the reason in its headers', async () => {
    const options = { backoff: FIXED_200, maxAttempts: 2 };
    const { id } = await jobs.enqueue(TASK, { steps: ['fail'] }, options);
    const failed = await jobs.failed(id);
    expect(failed).toMatchObject({
      attempt: 2,
      maxAttempts: 2,
      result: null,
      nextAttemptAt: null,
      error: { code: 'lab_failure', message: 'The script says that this run fails.', permanent: false, attempt: 2 },
    });
    expect(failed.completedAt).toBe(failed.error?.at);

    const { headers, type, body } = await letterOf(id);
    expect(type).toBe(TASK);
    expect(headers).toMatchObject({
      'x-code': 'lab_failure',
      'x-reason': 'The script says that this run fails.',
      'x-attempts': 2,
      'x-worker': failed.workerId,
    });
    expect(gapMs(failed.completedAt, String(headers['x-dead-at']))).toBeGreaterThanOrEqual(0);
    expect(JSON.parse(String(body))).toEqual({ steps: ['fail'] });
    expect(Object.keys(headers).filter((name) => name.includes('death'))).toEqual([]);
  });

  it('that is put off by its handler is charged no attempt for it', async () => {
    const { id } = await jobs.enqueue(TASK, { steps: ['snooze', 'snooze', 'ok'], ms: 1_500 }, { maxAttempts: 1 });
    const waiting = await jobs.until(id, ({ status }) => status === 'retrying');
    expect(waiting).toMatchObject({ attempt: 1, error: null });
    expect(await jobs.completed(id)).toMatchObject({ attempt: 1, result: { attempt: 1, run: 3 } });
    const attempts = await jobs.attempts(id);
    expect(attempts.map(({ attempt, run, outcome }) => [attempt, run, outcome])).toEqual([
      [1, 1, 'snoozed'],
      [1, 2, 'snoozed'],
      [1, 3, 'completed'],
    ]);
    expect(gapMs(attempts[0]?.endedAt, attempts[1]?.startedAt)).toBeGreaterThanOrEqual(1_500);
  });

  it('with a permanent error fails at once, whatever attempts are left', async () => {
    const { id } = await jobs.enqueue(TASK, { steps: ['reject'] }, { maxAttempts: 5 });
    expect(await jobs.failed(id)).toMatchObject({ attempt: 1, error: { code: 'lab_rejection', permanent: true } });
    expect((await letterOf(id)).headers).toMatchObject({ 'x-code': 'lab_rejection', 'x-attempts': 1 });
  });

  it('that runs for too long is aborted and tried again', async () => {
    const payload = { steps: ['hold', 'ok'], ms: 20_000 };
    const { id } = await jobs.enqueue(TASK, payload, { timeout: '300ms', backoff: FIXED_200 });
    expect(await jobs.completed(id)).toMatchObject({ attempt: 2 });
    const [first] = await jobs.attempts(id);
    expect(first).toMatchObject({ outcome: 'failed', error: { code: 'timeout', permanent: false } });
    const lasted = gapMs(first?.startedAt, first?.endedAt);
    expect(lasted).toBeGreaterThanOrEqual(290);
    expect(lasted).toBeLessThan(FAR_TOO_LATE_MS);
  });

  it('with a result that is too large fails for good', async () => {
    const { id } = await jobs.enqueue(TASK, { steps: ['large-result'] });
    const { error, result, attempt } = await jobs.failed(id);
    expect({ error, result, attempt }).toMatchObject({
      error: { code: 'result_too_large', permanent: true },
      result: null,
      attempt: 1,
    });
  });

  it('keeps a result whose text no database can hold, with U+FFFD in its place', async () => {
    const { id } = await jobs.enqueue(TASK, { steps: ['bad-text'] });
    expect((await jobs.completed(id)).result).toEqual({ text: 'a\ufffdb\ufffdc' });
  });

  it('tells its progress while it runs, and is at 100 percent when it is completed', async () => {
    const { id, progress } = await jobs.enqueue(TASK, { steps: ['hold'], ms: 2_000 });
    expect(progress).toEqual({ percent: 0, message: null });
    const running = await jobs.until(id, ({ status, progress }) => status === 'running' && progress.percent > 0);
    expect(running.progress).toEqual({ percent: 50, message: 'half' });
    expect((await jobs.completed(id)).progress).toMatchObject({ percent: 100 });
  });

  it('shows a secret nowhere: not in the API, a log line or a dead letter', async () => {
    const canary = 'canary-7f3d91c4e8';
    const payload = { steps: ['fail'], password: canary };
    const accepted = await jobs.enqueue(TASK, payload, { maxAttempts: 2, backoff: FIXED_200 });
    const failed = await jobs.failed(accepted.id);
    const refused = await jobs.ask('POST', '/v1/jobs', { task: TASK, payload: { ...payload, steps: [canary.length] } });
    const unknown = await jobs.ask('POST', '/v1/jobs', { task: TASK, payload: { ...payload, color: 1 } });
    expect([refused.status, unknown.status]).toEqual([422, 422]);
    const masked = { steps: ['fail'], password: '***' };
    expect([accepted.payload, failed.payload]).toEqual([masked, masked]);

    const { body: list } = await jobs.ask<{ data: readonly Job[] }>('GET', '/v1/jobs?errorCode=lab_failure');
    expect(list.data.map(({ id }) => id)).toContain(accepted.id);
    const letter = await letterOf(accepted.id);
    expect(JSON.parse(String(letter.body))).toEqual(masked);
    const told = {
      answers: JSON.stringify([accepted, failed, list, refused.body, unknown.body, await jobs.attempts(accepted.id)]),
      gateway: suite.log('gateway').join('\n'),
      lab: suite.log('lab').join('\n'),
      'dead letter': JSON.stringify(letter.headers),
    };
    expect(Object.entries(told).flatMap(([where, text]) => (text.includes(canary) ? [where] : []))).toEqual([]);
    expect(told.lab).toContain(accepted.id);
  });
});
