import { describe, expect, it } from '@jest/globals';
import { DEFAULT_BACKOFF, type RunReport } from '#libs/contracts';
import {
  CANCEL,
  CREATED,
  DONE,
  endedBy,
  NOW,
  QUEUED,
  REJECT,
  RETRY,
  returnedAs,
  snooze,
  startedBy,
  workerOf,
} from '../testing/job-reports.js';
import { decide } from './decide.js';
import { type Decision, type JobState } from './job-state.js';
import { lost, runsAlone } from './transitions.js';

const circumstances = { now: NOW, random: 0 };

function after(state: JobState, ...reports: RunReport[]): Decision {
  let decision: Decision = { state, attempts: [], send: null, voidUpTo: null, deadLetter: null };
  for (const report of reports) decision = decide(decision.state, report, circumstances);
  return decision;
}

describe('decide', () => {
  it('runs a job when its handler starts, and completes it when it is done', () => {
    const running = after(QUEUED, startedBy(1, 1)).state;
    expect(running).toMatchObject({ status: 'running', attempt: 1, charged: 0, workerId: 'w1' });
    const { state, attempts, send, deadLetter } = after(running, endedBy(1, 1, DONE));
    expect(state).toMatchObject({ status: 'completed', attempt: 1, charged: 1, result: { ok: true }, error: null });
    expect(state.completedAt).toEqual(new Date('2026-01-01T00:00:12.000Z'));
    expect(attempts).toMatchObject([{ run: 1, attempt: 1, outcome: 'completed', workerId: 'w1' }]);
    expect([send, deadLetter]).toEqual([null, null]);
  });

  it('takes an end for the start that was not heard of', () => {
    expect(after(QUEUED, endedBy(1, 1, DONE)).state).toMatchObject({ status: 'completed', attempt: 1, workerId: 'w1' });
  });

  it('tries again after a wait while attempts are left', () => {
    const { state, send } = after(QUEUED, startedBy(1, 1), endedBy(1, 1, RETRY));
    const dueAt = new Date(NOW.getTime() + DEFAULT_BACKOFF.delayMs);
    expect(state).toMatchObject({ status: 'retrying', run: 2, charged: 1, nextAttemptAt: dueAt, workerId: null });
    expect(state.error).toMatchObject({ code: 'busy', permanent: false, attempt: 1 });
    expect(send).toEqual({ run: 2, dueAt, priority: null });
  });

  it('fails with a dead letter when the last attempt fails', () => {
    const reports = [1, 2, 3].map((n) => endedBy(n, n, RETRY));
    const { state, send, deadLetter } = after(QUEUED, ...reports);
    expect(state).toMatchObject({ status: 'failed', attempt: 3, charged: 3, nextAttemptAt: null });
    expect(state.error).toMatchObject({ code: 'busy', attempt: 3 });
    expect(deadLetter).toMatchObject({ run: 3, reason: 'attempts_spent' });
    expect(send).toBeNull();
  });

  it('fails at once for good when an error is permanent', () => {
    const { state, deadLetter } = after(QUEUED, endedBy(1, 1, REJECT));
    expect(state).toMatchObject({ status: 'failed', attempt: 1 });
    expect(state.error).toMatchObject({ code: 'bad', permanent: true });
    expect(deadLetter).toMatchObject({ reason: 'permanent_error' });
  });

  it('charges nothing for a snooze, and never takes the attempt back', () => {
    const { state, attempts } = after(QUEUED, startedBy(1, 1), endedBy(1, 1, snooze(30_000)));
    expect(state).toMatchObject({ status: 'retrying', run: 2, attempt: 1, charged: 0 });
    expect(attempts).toMatchObject([{ attempt: 1, run: 1, outcome: 'snoozed', error: null, reason: 'later' }]);
    expect(after(state, endedBy(2, 1, DONE)).state).toMatchObject({ status: 'completed', attempt: 1, charged: 1 });
  });

  it('tries a job that is put off for longer a last time a day after its first start', () => {
    const startedAt = new Date(NOW.getTime() - 60_000);
    const dayLater = new Date(startedAt.getTime() + 86_400_000);
    const { state } = after({ ...QUEUED, startedAt }, endedBy(1, 1, snooze(90_000_000)));
    expect(state).toMatchObject({ status: 'retrying', charged: 0, nextAttemptAt: dayLater });
  });

  it('gives up a job that is put off a day after its first start', () => {
    const dayBefore = new Date(NOW.getTime() - 86_400_000);
    const waiting = after({ ...QUEUED, startedAt: dayBefore }, startedBy(1, 1)).state;
    const { state, deadLetter } = after(waiting, endedBy(1, 1, snooze(1)));
    const message = 'The job would still wait 24 hours after its first start.';
    expect(state).toMatchObject({ status: 'failed', error: { code: 'gave_up_waiting', message, permanent: true } });
    expect(deadLetter).toMatchObject({ reason: 'gave_up_waiting' });
  });

  it('sends a run again, uncharged and first, that a draining app handed back', () => {
    for (const state of [QUEUED, after(QUEUED, startedBy(1, 1)).state]) {
      const decision = after(state, returnedAs(1, 'draining', workerOf(1)));
      expect(decision.state).toMatchObject({ status: 'queued', run: 2, charged: 0 });
      expect(decision.send).toEqual({ run: 2, dueAt: null, priority: 9 });
      expect(decision.attempts).toMatchObject([{ run: 1, outcome: 'returned' }]);
    }
  });

  it('sends a run again one priority higher, uncharged, when a worker had more than it runs', () => {
    const cases: [JobState, number][] = [
      [QUEUED, QUEUED.priority + 1],
      [{ ...QUEUED, priority: 9 }, 9],
      [{ ...QUEUED, sentPriority: 9 }, 9],
    ];
    for (const [state, priority] of cases) {
      const decision = after(state, { ...returnedAs(1, 'draining', workerOf(1)), surplus: true });
      expect(decision.state).toMatchObject({
        status: 'queued',
        run: 2,
        charged: 0,
        returns: 0,
        sentPriority: priority,
      });
      expect(decision.send).toEqual({ run: 2, dueAt: null, priority });
    }
  });

  it('sends nothing when the message of a run comes back that goes on, whoever hands it back and why', () => {
    const running = after(QUEUED, startedBy(1, 1)).state;
    for (const reason of ['redelivered', 'draining', 'voided'] as const) {
      const decision = after(running, returnedAs(1, reason));
      expect(decision).toEqual({ ...after(running), state: { ...running, returnedAt: NOW } });
      expect(after(decision.state, returnedAs(1, reason)).state).toBe(decision.state);
    }
  });

  it('forgets that a message came back when its run has ended', () => {
    const inDoubt = after(QUEUED, startedBy(1, 1), returnedAs(1, 'redelivered')).state;
    for (const outcome of [DONE, RETRY, REJECT, CANCEL, snooze(5)]) {
      expect(after(inDoubt, endedBy(1, 1, outcome)).state.returnedAt).toBeNull();
    }
    expect(after(inDoubt, returnedAs(1, 'draining', workerOf(1))).state).toMatchObject({ run: 2, returnedAt: null });
  });

  it('does not charge a message that came back unstarted, until it has come back too often', () => {
    const returns = (count: number): RunReport[] =>
      Array.from({ length: count }, (_, n) => returnedAs(n + 1, 'redelivered'));
    expect(after(QUEUED, ...returns(5)).state).toMatchObject({ status: 'queued', run: 6, charged: 0 });
    expect(after(QUEUED, ...returns(6)).state).toMatchObject({ status: 'queued', run: 7, charged: 1, returns: 0 });
  });

  it('moves nothing by reports of an older run, except that done counts', () => {
    const resent = lost(after(QUEUED, startedBy(1, 1)).state, NOW).state;
    expect(after(resent, startedBy(1, 1)).state).toEqual(resent);
    expect(after(resent, endedBy(1, 1, REJECT)).state).toEqual(resent);
    expect(after(resent, returnedAs(1, 'redelivered')).state).toEqual(resent);
    const { state, attempts, voidUpTo } = after(resent, endedBy(1, 1, DONE));
    expect(state).toMatchObject({ status: 'completed', attempt: 1, charged: 1, workerId: 'w1' });
    expect(voidUpTo).toBe(2);
    expect(attempts).toMatchObject([{ run: 1, outcome: 'completed' }]);
  });

  it('keeps the first final status, and still completes the record of a late run', () => {
    const { state } = after(QUEUED, endedBy(1, 1, DONE));
    for (const outcome of [REJECT, RETRY, CANCEL, snooze(1), { kind: 'done', result: 2 } as const]) {
      const late = after(state, endedBy(1, 1, outcome));
      expect(late.state).toEqual(state);
      expect(late.attempts).toHaveLength(1);
      expect([late.send, late.deadLetter]).toEqual([null, null]);
    }
  });

  it('stops a run that starts although its job has ended', () => {
    const { state } = after(QUEUED, endedBy(1, 1, DONE));
    expect(after(state, startedBy(1, 1))).toMatchObject({ state, voidUpTo: 1, send: null });
    expect(after(QUEUED, startedBy(1, 1), endedBy(1, 1, DONE)).voidUpTo).toBeNull();
  });

  it('cancels what was asked to stop when its worker fails, hands it back or is lost, but not what is done', () => {
    const asked = { ...after(QUEUED, startedBy(1, 1)).state, cancelRequestedAt: NOW };
    const handedBack = returnedAs(1, 'draining', workerOf(1));
    for (const report of [endedBy(1, 1, CANCEL), endedBy(1, 1, RETRY), endedBy(1, 1, snooze(5)), handedBack]) {
      expect(after(asked, report).state).toMatchObject({ status: 'cancelled' });
    }
    expect(lost(asked, NOW)).toMatchObject({ state: { status: 'cancelled', losses: 1 }, send: null, deadLetter: null });
    expect(after(asked, returnedAs(1, 'redelivered')).state).toMatchObject({ status: 'running', returnedAt: NOW });
    expect(after(asked, endedBy(1, 1, DONE)).state).toMatchObject({ status: 'completed' });
  });

  it('takes no attempt of an older run for one that the job never had', () => {
    const resent = lost(after(QUEUED, startedBy(1, 1)).state, NOW).state;
    expect(after(resent, endedBy(1, 1_000, DONE)).state).toMatchObject({ status: 'completed', attempt: 2, charged: 2 });
  });

  it("believes a worker's clock only between the job's creation and the database's now", () => {
    const early = { ...endedBy(1, 1, DONE), startedAt: '1999-01-01T00:00:00Z', durationMs: 1e12 };
    expect(after(QUEUED, early).state).toMatchObject({ startedAt: CREATED, completedAt: NOW });
    const late = { ...endedBy(1, 1, DONE), startedAt: '2099-01-01T00:00:00Z' };
    expect(after(QUEUED, late).state).toMatchObject({ startedAt: NOW, completedAt: NOW });
    const none = { ...endedBy(1, 1, DONE), startedAt: 'yesterday' };
    expect(after(QUEUED, none).state.startedAt).toEqual(NOW);
  });
});

describe('lost', () => {
  const running = (state: JobState): JobState => after(state, startedBy(state.run, state.charged + 1)).state;

  it('charges the attempt, and sends the job again before the others', () => {
    const { state, attempts, send } = lost(running(QUEUED), NOW);
    expect(state).toMatchObject({ status: 'queued', run: 2, attempt: 1, charged: 1, losses: 1, sentPriority: 9 });
    expect(state.error).toMatchObject({ code: 'worker_lost', permanent: false, attempt: 1 });
    expect(attempts).toMatchObject([{ run: 1, attempt: 1, outcome: 'lost', error: { code: 'worker_lost' } }]);
    expect(send).toEqual({ run: 2, dueAt: null, priority: 9 });
  });

  it('fails a job that has lost three workers, however many attempts it has', () => {
    let decision = lost(running({ ...QUEUED, maxAttempts: 100 }), NOW);
    for (const charged of [1, 2]) {
      expect(decision.state).toMatchObject({ status: 'queued', charged });
      decision = lost(running(decision.state), NOW);
    }
    expect(decision.state).toMatchObject({ status: 'failed', charged: 3, error: { code: 'worker_lost', attempt: 3 } });
    expect(decision).toMatchObject({ send: null, deadLetter: { run: 3, reason: 'worker_lost' } });
  });

  it.each([
    { losses: 0, charged: 0, maxAttempts: 1, alone: false },
    { losses: 0, charged: 4, maxAttempts: 5, alone: false },
    { losses: 1, charged: 1, maxAttempts: 5, alone: false },
    { losses: 1, charged: 1, maxAttempts: 2, alone: true },
    { losses: 1, charged: 4, maxAttempts: 5, alone: true },
    { losses: 2, charged: 2, maxAttempts: 100, alone: true },
  ])('runs a job alone that the next loss fails and that has had one: $losses of $charged of $maxAttempts', (job) => {
    expect(runsAlone(job)).toBe(job.alone);
    const next = lost(running({ ...QUEUED, ...job }), NOW).state;
    if (job.alone) expect(next.status).toBe('failed');
  });

  it('fails a job whose last attempt it was', () => {
    const { state, deadLetter } = lost(running({ ...QUEUED, maxAttempts: 1 }), NOW);
    expect(state).toMatchObject({ status: 'failed', charged: 1, error: { code: 'worker_lost' } });
    expect(deadLetter).toMatchObject({ run: 1, reason: 'attempts_spent' });
  });
});
