import { describe, expect, it } from '@jest/globals';
import { DEFAULT_BACKOFF, JOB_STATUSES, type JobStatus } from '#libs/contracts';
import { decide } from './decide.js';
import { type JobState } from './job-state.js';
import { cancel, expire, retry, waitAnew } from './steer.js';

const NOW = new Date('2026-01-01T00:10:00.000Z');
const BEFORE = new Date('2026-01-01T00:05:00.000Z');
const ERROR = { code: 'error', message: 'It failed.', permanent: false, attempt: 2, at: BEFORE.toISOString() };

const WAITING: readonly JobStatus[] = ['scheduled', 'queued', 'retrying'];
const FINAL: readonly JobStatus[] = ['completed', 'failed', 'cancelled'];

function job(changes: Partial<JobState> = {}): JobState {
  return {
    id: '01970000-0000-7000-8000-000000000000',
    queue: 'lab',
    task: 'lab.script',
    status: 'queued',
    held: false,
    run: 3,
    attempt: 2,
    charged: 2,
    returns: 1,
    losses: 2,
    returnedAt: null,
    sentPriority: 9,
    priority: 4,
    maxAttempts: 3,
    firstMaxAttempts: 3,
    backoff: DEFAULT_BACKOFF,
    workerId: null,
    result: null,
    error: null,
    createdAt: new Date('2026-01-01T00:00:00.000Z'),
    queuedAt: new Date('2026-01-01T00:00:00.000Z'),
    startedAt: null,
    nextAttemptAt: null,
    completedAt: null,
    leadsOn: false,
    cancelRequestedAt: null,
    ...changes,
  };
}

describe('cancel', () => {
  it.each(WAITING)('ends a %s job at once and voids the message that may be out', (status) => {
    const decision = cancel(job({ status, nextAttemptAt: NOW, error: ERROR }), NOW);
    expect(decision).toMatchObject({
      voidUpTo: status === 'scheduled' ? null : 3,
      send: null,
      deadLetter: null,
      attempts: [],
    });
    expect(decision?.state).toMatchObject({ status: 'cancelled', completedAt: NOW, nextAttemptAt: null, run: 3 });
    expect(decision?.state).toMatchObject({ error: ERROR, cancelRequestedAt: null });
  });

  it('voids nothing of a job that was never sent out', () => {
    expect(cancel(job({ status: 'scheduled', run: 0 }), NOW)).toMatchObject({ voidUpTo: null });
  });

  it('asks a running job to stop, and remembers when it was asked first', () => {
    const asked = cancel(job({ status: 'running', workerId: 'lab@test' }), BEFORE);
    expect(asked).toMatchObject({
      voidUpTo: 3,
      state: { status: 'running', cancelRequestedAt: BEFORE, completedAt: null },
    });
    expect(cancel(asked?.state ?? job(), NOW)?.state.cancelRequestedAt).toBe(BEFORE);
  });

  it.each(FINAL)('leaves a %s job as it is', (status) => {
    expect(cancel(job({ status, completedAt: BEFORE }), NOW)).toBeUndefined();
  });

  it('lets a result count that comes first', () => {
    const asked = cancel(job({ status: 'running' }), BEFORE)?.state ?? job();
    const about = { job: asked.id, run: 3, worker: 'lab@test' } as const;
    const ended = { type: 'ended', ...about, attempt: 3, startedAt: BEFORE.toISOString(), durationMs: 5 } as const;
    const now = { now: NOW, random: 0 };
    expect(decide(asked, { ...ended, outcome: { kind: 'done', result: 7 } }, now).state).toMatchObject({
      status: 'completed',
      result: 7,
    });
    expect(decide(asked, { ...ended, outcome: { kind: 'snooze', delayMs: 5, reason: '' } }, now)).toMatchObject({
      state: { status: 'cancelled' },
      send: null,
    });
  });
});

describe('expire', () => {
  it.each(['scheduled', 'queued'] as const)('ends a %s job that has not started', (status) => {
    const decision = expire(job({ status }), NOW);
    expect(decision?.state).toMatchObject({ status: 'cancelled', completedAt: NOW, error: { code: 'expired' } });
    expect(decision?.voidUpTo).toBe(status === 'scheduled' ? null : 3);
  });

  it('leaves every job that has started or ended', () => {
    const others = JOB_STATUSES.filter((status) => status !== 'scheduled' && status !== 'queued');
    for (const status of others) expect(expire(job({ status }), NOW)).toBeUndefined();
    expect(expire(job({ startedAt: BEFORE }), NOW)).toBeUndefined();
  });
});

describe('retry', () => {
  const ended = {
    completedAt: BEFORE,
    startedAt: BEFORE,
    cancelRequestedAt: BEFORE,
    workerId: 'lab@test',
    error: ERROR,
  };

  it.each(['failed', 'cancelled'] as const)(
    'queues a %s job again as a new run with as many attempts as at first',
    (status) => {
      const decision = retry(job({ ...ended, status, maxAttempts: 6, firstMaxAttempts: 3 }));
      expect(decision?.send).toEqual({ run: 4, dueAt: null, priority: null });
      // The message of a cancelled job was voided with it, if it had left at all.
      expect(decision?.voidUpTo).toBe(status === 'failed' ? 3 : null);
      expect(decision?.state).toMatchObject({
        ...{ status: 'queued', run: 4, attempt: 2, charged: 2, maxAttempts: 9, returns: 0, losses: 0, error: ERROR },
        ...{ startedAt: null, completedAt: null, cancelRequestedAt: null, workerId: null, sentPriority: null },
      });
    },
  );

  it('leaves every other job as it is', () => {
    const others = JOB_STATUSES.filter((status) => status !== 'failed' && status !== 'cancelled');
    for (const status of others) expect(retry(job({ status }))).toBeUndefined();
  });

  it('gives a job a first run that was cancelled before it had one', () => {
    expect(retry(job({ ...ended, status: 'cancelled', run: 0 }))).toMatchObject({ send: { run: 1 }, voidUpTo: null });
  });

  it('begins the waits of a job anew', () => {
    const again =
      retry(job({ ...ended, status: 'failed', startedAt: new Date('2025-12-01T00:00:00.000Z') }))?.state ?? job();
    const report = { type: 'ended', job: again.id, run: 4, worker: 'lab@test', attempt: 3 } as const;
    const outcome = { kind: 'snooze', delayMs: 5_000, reason: '' } as const;
    const times = { startedAt: NOW.toISOString(), durationMs: 1 };
    const { state } = decide(again, { ...report, ...times, outcome }, { now: NOW, random: 0 });
    expect(state.status).toBe('retrying');
  });
});

describe('waitAnew', () => {
  const LATER = new Date('2026-01-01T01:00:00.000Z');

  it('voids the message of a queued job and sends a new one, without the priority of what came back', () => {
    const decision = waitAnew(job(), undefined, NOW);
    expect(decision).toMatchObject({ voidUpTo: 3, send: { run: 4, dueAt: null, priority: null } });
    expect(decision?.state).toMatchObject({ status: 'queued', run: 4, sentPriority: null, charged: 2 });
  });

  it('has a queued job wait for a time, with nothing out that could still move it', () => {
    const put = waitAnew(job(), LATER, NOW);
    expect(put).toMatchObject({ voidUpTo: 3, send: null, state: { status: 'scheduled', run: 4 } });
    expect(cancel(put?.state ?? job(), NOW)).toMatchObject({ voidUpTo: null });
    expect(waitAnew(put?.state ?? job(), LATER, NOW)).toMatchObject({ voidUpTo: null, send: null, state: { run: 4 } });
    expect(waitAnew(put?.state ?? job(), null, NOW)).toMatchObject({
      ...{ voidUpTo: null, send: { run: 5, dueAt: null } },
      state: { status: 'queued', run: 5 },
    });
  });

  it.each([
    { dueAt: undefined, at: BEFORE },
    { dueAt: LATER, at: LATER },
    { dueAt: null, at: NOW },
  ])('keeps a further attempt a further attempt, at its time ($dueAt)', ({ dueAt, at }) => {
    const retrying = job({ status: 'retrying', nextAttemptAt: BEFORE, error: ERROR });
    expect(waitAnew(retrying, dueAt, NOW)).toMatchObject({
      ...{ voidUpTo: 3, send: { run: 4, dueAt: at, priority: null } },
      state: { status: 'retrying', run: 4, nextAttemptAt: at, error: ERROR },
    });
  });

  it.each(['running', ...FINAL] as const)('leaves a %s job alone', (status) => {
    expect(waitAnew(job({ status }), LATER, NOW)).toBeUndefined();
  });
});
