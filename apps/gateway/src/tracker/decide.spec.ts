import { describe, expect, it } from '@jest/globals';
import {
  DEFAULT_BACKOFF,
  type Ended,
  isFinal,
  type Outcome,
  type Returned,
  type RunReport,
  type Started,
} from '#libs/contracts';
import { decide } from './decide.js';
import { type Decision, type JobState } from './job-state.js';

const CREATED = new Date('2026-01-01T00:00:00.000Z');
const NOW = new Date('2026-01-01T00:01:00.000Z');
const circumstances = { now: NOW, random: 0 };

const queued: JobState = {
  id: 'job',
  queue: 'media',
  status: 'queued',
  run: 1,
  attempt: 0,
  charged: 0,
  returns: 0,
  losses: 0,
  returnedAt: null,
  sentPriority: null,
  maxAttempts: 3,
  backoff: DEFAULT_BACKOFF,
  workerId: null,
  result: null,
  error: null,
  createdAt: CREATED,
  startedAt: null,
  nextAttemptAt: null,
  completedAt: null,
  cancelRequestedAt: null,
};

const startedBy = (run: number, attempt: number): Started => ({
  type: 'started',
  job: 'job',
  run,
  worker: `w${run}`,
  attempt,
  at: '2026-01-01T00:00:10.000Z',
});
const endedBy = (run: number, attempt: number, outcome: Outcome): Ended => ({
  type: 'ended',
  job: 'job',
  run,
  worker: `w${run}`,
  attempt,
  startedAt: '2026-01-01T00:00:10.000Z',
  durationMs: 2_000,
  outcome,
});
const returnedAs = (run: number, reason: Returned['reason']): Returned => ({
  type: 'returned',
  job: 'job',
  run,
  worker: 'w',
  reason,
});
const done: Outcome = { kind: 'done', result: { ok: true } };
const retry: Outcome = { kind: 'retry', failure: { code: 'busy', message: 'Busy.' } };
const reject: Outcome = { kind: 'reject', failure: { code: 'bad', message: 'Bad.' } };
const snooze = (delayMs: number): Outcome => ({ kind: 'snooze', delayMs, reason: 'later' });

function after(state: JobState, ...reports: RunReport[]): Decision {
  let decision: Decision = { state, attempts: [], send: null, voidUpTo: null, deadLetter: null };
  for (const report of reports) decision = decide(decision.state, report, circumstances);
  return decision;
}

describe('decide', () => {
  it('runs a job when its handler starts, and completes it when it is done', () => {
    const running = after(queued, startedBy(1, 1)).state;
    expect(running).toMatchObject({ status: 'running', attempt: 1, charged: 0, workerId: 'w1' });
    const { state, attempts, send, deadLetter } = after(running, endedBy(1, 1, done));
    expect(state).toMatchObject({ status: 'completed', attempt: 1, charged: 1, result: { ok: true }, error: null });
    expect(state.completedAt).toEqual(new Date('2026-01-01T00:00:12.000Z'));
    expect(attempts).toMatchObject([{ run: 1, attempt: 1, outcome: 'completed', workerId: 'w1' }]);
    expect([send, deadLetter]).toEqual([null, null]);
  });

  it('takes an end for the start that was not heard of', () => {
    expect(after(queued, endedBy(1, 1, done)).state).toMatchObject({ status: 'completed', attempt: 1, workerId: 'w1' });
  });

  it('tries again after a wait while attempts are left', () => {
    const { state, send } = after(queued, startedBy(1, 1), endedBy(1, 1, retry));
    const dueAt = new Date(NOW.getTime() + DEFAULT_BACKOFF.delayMs);
    expect(state).toMatchObject({ status: 'retrying', run: 2, charged: 1, nextAttemptAt: dueAt, workerId: null });
    expect(state.error).toMatchObject({ code: 'busy', permanent: false, attempt: 1 });
    expect(send).toEqual({ run: 2, dueAt, priority: null });
  });

  it('fails with a dead letter when the last attempt fails', () => {
    const reports = [1, 2, 3].map((n) => endedBy(n, n, retry));
    const { state, send, deadLetter } = after(queued, ...reports);
    expect(state).toMatchObject({ status: 'failed', attempt: 3, charged: 3, nextAttemptAt: null });
    expect(state.error).toMatchObject({ code: 'busy', attempt: 3 });
    expect(deadLetter).toMatchObject({ run: 3, reason: 'attempts_spent' });
    expect(send).toBeNull();
  });

  it('fails at once for good when an error is permanent', () => {
    const { state, deadLetter } = after(queued, endedBy(1, 1, reject));
    expect(state).toMatchObject({ status: 'failed', attempt: 1 });
    expect(state.error).toMatchObject({ code: 'bad', permanent: true });
    expect(deadLetter).toMatchObject({ reason: 'permanent_error' });
  });

  it('charges nothing for a snooze, and never takes the attempt back', () => {
    const { state, attempts } = after(queued, startedBy(1, 1), endedBy(1, 1, snooze(30_000)));
    expect(state).toMatchObject({ status: 'retrying', run: 2, attempt: 1, charged: 0 });
    expect(attempts).toMatchObject([{ attempt: 1, run: 1, outcome: 'snoozed' }]);
    expect(after(state, endedBy(2, 1, done)).state).toMatchObject({ status: 'completed', attempt: 1, charged: 1 });
  });

  it('gives up a job that is put off beyond a day after its first start', () => {
    const { state, deadLetter } = after(queued, endedBy(1, 1, snooze(86_400_001)));
    expect(state).toMatchObject({ status: 'failed', error: { code: 'gave_up_waiting', permanent: true } });
    expect(deadLetter).toMatchObject({ reason: 'gave_up_waiting' });
  });

  it('sends a run again, uncharged and first, that a draining app handed back', () => {
    for (const state of [queued, after(queued, startedBy(1, 1)).state]) {
      const decision = after(state, returnedAs(1, 'draining'));
      expect(decision.state).toMatchObject({ status: 'queued', run: 2, charged: 0 });
      expect(decision.send).toEqual({ run: 2, dueAt: null, priority: 9 });
      expect(decision.attempts).toMatchObject([{ run: 1, outcome: 'returned' }]);
    }
  });

  it('charges a run whose worker is gone', () => {
    const { state, attempts, send } = after(queued, startedBy(1, 1), returnedAs(1, 'redelivered'));
    expect(state).toMatchObject({ status: 'queued', run: 2, attempt: 1, charged: 1, error: { code: 'worker_lost' } });
    expect(attempts).toMatchObject([{ run: 1, outcome: 'lost' }]);
    expect(send).toMatchObject({ run: 2, priority: 9 });
  });

  it('fails a job whose workers are gone as often as it may be tried', () => {
    const reports = [1, 2, 3].flatMap((n) => [startedBy(n, n), returnedAs(n, 'redelivered')]);
    const { state, deadLetter } = after(queued, ...reports);
    expect(state).toMatchObject({ status: 'failed', charged: 3, error: { code: 'worker_lost' } });
    expect(deadLetter).toMatchObject({ run: 3 });
  });

  it('does not charge a message that came back unstarted, until it has come back too often', () => {
    const returns = (count: number): RunReport[] =>
      Array.from({ length: count }, (_, n) => returnedAs(n + 1, 'redelivered'));
    expect(after(queued, ...returns(5)).state).toMatchObject({ status: 'queued', run: 6, charged: 0 });
    expect(after(queued, ...returns(6)).state).toMatchObject({ status: 'queued', run: 7, charged: 1, returns: 0 });
  });

  it('moves nothing by reports of an older run, except that done counts', () => {
    const lost = after(queued, startedBy(1, 1), returnedAs(1, 'redelivered')).state;
    expect(after(lost, startedBy(1, 1)).state).toEqual(lost);
    expect(after(lost, endedBy(1, 1, reject)).state).toEqual(lost);
    expect(after(lost, returnedAs(1, 'redelivered')).state).toEqual(lost);
    const { state, attempts, voidUpTo } = after(lost, endedBy(1, 1, done));
    expect(state).toMatchObject({ status: 'completed', attempt: 1, charged: 1, workerId: 'w1' });
    expect(voidUpTo).toBe(2);
    expect(attempts).toMatchObject([{ run: 1, outcome: 'completed' }]);
  });

  it('keeps the first final status, and still completes the record of a late run', () => {
    const { state } = after(queued, endedBy(1, 1, done));
    for (const outcome of [
      reject,
      retry,
      snooze(1),
      { kind: 'cancel' } as const,
      { kind: 'done', result: 2 } as const,
    ]) {
      const late = after(state, endedBy(1, 1, outcome));
      expect(late.state).toEqual(state);
      expect(late.attempts).toHaveLength(1);
      expect([late.send, late.deadLetter]).toEqual([null, null]);
    }
  });

  it('stops a run that starts although its job has ended', () => {
    const { state } = after(queued, endedBy(1, 1, done));
    expect(after(state, startedBy(1, 1))).toMatchObject({ state, voidUpTo: 1, send: null });
    expect(after(queued, startedBy(1, 1), endedBy(1, 1, done)).voidUpTo).toBeNull();
  });

  it('cancels what was asked to stop when its worker fails, returns it or is lost, but not what is done', () => {
    const asked = { ...after(queued, startedBy(1, 1)).state, cancelRequestedAt: NOW };
    for (const report of [
      endedBy(1, 1, { kind: 'cancel' }),
      endedBy(1, 1, retry),
      endedBy(1, 1, snooze(5)),
      returnedAs(1, 'redelivered'),
      returnedAs(1, 'voided'),
    ]) {
      expect(after(asked, report).state).toMatchObject({ status: 'cancelled' });
    }
    expect(after(asked, endedBy(1, 1, done)).state).toMatchObject({ status: 'completed' });
  });

  it("believes a worker's clock only between the job's creation and the database's now", () => {
    const early = { ...endedBy(1, 1, done), startedAt: '1999-01-01T00:00:00Z', durationMs: 1e12 };
    expect(after(queued, early).state).toMatchObject({ startedAt: CREATED, completedAt: NOW });
    const late = { ...endedBy(1, 1, done), startedAt: '2099-01-01T00:00:00Z' };
    expect(after(queued, late).state).toMatchObject({ startedAt: NOW, completedAt: NOW });
    const none = { ...endedBy(1, 1, done), startedAt: 'yesterday' };
    expect(after(queued, none).state.startedAt).toEqual(NOW);
  });
});

/** Small, seeded and good enough to shuffle with (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

describe('decide, over any history', () => {
  const kinds = [done, retry, reject, snooze(100), { kind: 'cancel' } as const];

  const reportOf = (state: JobState, random: () => number): RunReport => {
    const run = Math.max(1, state.run - Math.floor(random() * 3));
    const attempt = Math.max(1, state.charged + Math.floor(random() * 2));
    const outcome = kinds[Math.floor(random() * kinds.length)] ?? done;
    const reports = [startedBy(run, attempt), endedBy(run, attempt, outcome), returnedAs(run, 'redelivered')];
    return reports[Math.floor(random() * reports.length)] ?? startedBy(run, attempt);
  };

  /** What a step from one state to the next breaks. */
  const broken = (before: JobState, { state, send, deadLetter }: Decision, sent: ReadonlySet<number>): string[] =>
    Object.entries({
      'a final status is left': isFinal(before.status) && state !== before,
      'the run falls': state.run < before.run,
      'the attempt falls': state.attempt < before.attempt,
      'more is charged than may be tried': state.charged > state.maxAttempts,
      'completedAt does not go with the status': (state.completedAt !== null) !== isFinal(state.status),
      'a run is sent twice': send !== null && sent.has(send.run),
      'the dead letter does not go with the failure':
        (deadLetter !== null) !== (state.status === 'failed' && before.status !== 'failed'),
    }).flatMap(([rule, isBroken]) => (isBroken ? [rule] : []));

  it('leaves no final status, counts only forward, sends each run once, and buries each failure', () => {
    for (let seed = 1; seed <= 10_000; seed += 1) {
      const random = randomFrom(seed);
      const sent = new Set([1]);
      let state = queued;
      for (let step = 0; step < 25; step += 1) {
        const next = decide(state, reportOf(state, random), { now: NOW, random: random() });
        const rules = broken(state, next, sent);
        if (rules.length > 0) throw new Error(`Seed ${seed}, step ${step}: ${rules.join('; ')}.`);
        if (next.send !== null) sent.add(next.send.run);
        state = next.state;
      }
    }
  });

  it('ends the same whatever the order in which the reports of a completed job come, and however often', () => {
    const history = [startedBy(1, 1), returnedAs(1, 'redelivered'), startedBy(2, 2), endedBy(2, 2, done)];
    const expected = after(queued, ...history).state;
    expect(expected).toMatchObject({ status: 'completed', result: { ok: true } });
    for (let seed = 1; seed <= 10_000; seed += 1) {
      const random = randomFrom(seed);
      const shuffled = [...history, ...history].map((report) => ({ report, at: random() })).sort((a, b) => a.at - b.at);
      const { state } = after(queued, ...shuffled.map(({ report }) => report), ...history);
      const same = state.status === expected.status && state.result === expected.result;
      if (!same) throw new Error(`Seed ${seed}: ${state.status} instead of ${expected.status}.`);
    }
  });
});
