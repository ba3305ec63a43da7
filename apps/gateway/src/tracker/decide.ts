import {
  type Ended,
  isFinal,
  type JobError,
  MAX_PRIORITY,
  type Outcome,
  retryDelayMs,
  type Returned,
  type RunReport,
  type Started,
  TIMES,
} from '#libs/contracts';
import { type AttemptChange, type Decision, type JobState } from './job-state.js';
import { again, blank, dead, final, jobError, lost, moved, presentAttempt, resent } from './transitions.js';

/** How often a message may come back unstarted before the return is charged: a job may kill its process before it is heard of. */
const FREE_RETURNS = 5;

/** What a decision needs beside the job and the report. */
export interface Circumstances {
  /** The database's clock. */
  readonly now: Date;
  /** 0 to 1, for jitter. */
  readonly random: number;
}

/**
 * The ledger's state machine: what a report makes of a job. Pure; every report has an answer, in any order and number.
 * - A job moves by reports of its newest run only, except that `done` of any run is taken while the job is not final.
 * - The first final status stays.
 * - A late report completes the record of its own run and moves nothing else.
 */
export function decide(state: JobState, report: RunReport, circumstances: Circumstances): Decision {
  switch (report.type) {
    case 'started':
      return started(state, report, circumstances);
    case 'ended':
      return ended(state, report, circumstances);
    case 'returned':
      return returned(state, report, circumstances);
  }
}

function started(state: JobState, report: Started, { now }: Circumstances): Decision {
  const startedAt = within(new Date(report.at), state.createdAt, now);
  const record = recordOf(report, report.attempt, { startedAt });
  // The message of a job that has ended meanwhile was still out: its worker stops when it hears of it.
  if (isFinal(state.status)) return { ...moved(state, [record]), voidUpTo: report.run };
  const begins = report.run === state.run && state.status !== 'running';
  return moved(begins ? begun(state, report, startedAt) : state, [record]);
}

function ended(state: JobState, report: Ended, circumstances: Circumstances): Decision {
  const { now } = circumstances;
  const startedAt = within(new Date(report.startedAt), state.createdAt, now);
  const endedAt = within(new Date(startedAt.getTime() + report.durationMs), startedAt, now);
  const { outcome } = report;
  const error = failureOf(outcome, report.attempt, endedAt, state);
  const came = { outcome: NAMES[outcome.kind], error, reason: outcome.kind === 'snooze' ? outcome.reason : null };
  const record = recordOf(report, report.attempt, { startedAt, endedAt, ...came });
  const newest = report.run === state.run;
  if (isFinal(state.status) || !(newest || outcome.kind === 'done')) return moved(state, [record]);
  const running = begun(state, report, startedAt);
  return conclude(running, { report, error, endedAt, circumstances }, [record]);
}

interface Conclusion {
  readonly report: Ended;
  readonly error: JobError | null;
  readonly endedAt: Date;
  readonly circumstances: Circumstances;
}

function conclude(state: JobState, conclusion: Conclusion, records: readonly AttemptChange[]): Decision {
  const { report, error, endedAt, circumstances } = conclusion;
  const { outcome } = report;
  const charged = { ...state, charged: state.attempt, returns: 0 };
  switch (outcome.kind) {
    case 'done':
      return {
        ...moved(final({ ...charged, error: null, result: outcome.result }, 'completed', endedAt), records),
        voidUpTo: report.run === state.run ? null : state.run,
      };
    case 'cancel':
      return moved(final(charged, 'cancelled', endedAt), records);
    case 'snooze':
      return snooze(state, outcome.delayMs, conclusion, records);
    case 'retry':
    case 'reject':
      return failed(charged, orUnknown(error, state, endedAt), circumstances, records);
  }
}

// A job whose worker failed while it was asked to stop has stopped.
function failed(
  state: JobState,
  error: JobError,
  circumstances: Circumstances,
  records: readonly AttemptChange[],
): Decision {
  if (state.cancelRequestedAt !== null) return moved(final(state, 'cancelled', circumstances.now), records);
  if (error.permanent) return dead(state, error, 'permanent_error', records);
  if (state.charged >= state.maxAttempts) return dead(state, error, 'attempts_spent', records);
  const waitMs = retryDelayMs(state.backoff, state.charged, circumstances.random);
  return again({ ...state, error }, waitMs, circumstances.now, records);
}

function snooze(state: JobState, delayMs: number, conclusion: Conclusion, records: readonly AttemptChange[]): Decision {
  const { endedAt, circumstances } = conclusion;
  if (state.cancelRequestedAt !== null) return moved(final(state, 'cancelled', circumstances.now), records);
  const first = state.startedAt ?? endedAt;
  const leftMs = first.getTime() + TIMES.maxWaitMs - circumstances.now.getTime();
  if (leftMs <= 0) {
    const failure = { code: 'gave_up_waiting', message: 'The job would still wait 24 hours after its first start.' };
    return dead(state, jobError(failure, true, state.attempt, circumstances.now), 'gave_up_waiting', records);
  }
  // Whoever asks for longer is tried a last time when these hours are over.
  return again(state, Math.min(delayMs, leftMs), circumstances.now, records);
}

function returned(state: JobState, report: Returned, { now }: Circumstances): Decision {
  if (report.run !== state.run || isFinal(state.status)) return moved(state, []);
  if (state.status === 'running' && !handsBack(state, report)) return inDoubt(state, now);
  if (state.cancelRequestedAt !== null) return moved(final(state, 'cancelled', now), []);
  const returns = report.reason === 'redelivered' ? state.returns + 1 : state.returns;
  if (returns > FREE_RETURNS) return lost(state, now);
  const record: AttemptChange = { ...blank(state.run, presentAttempt(state)), endedAt: now, outcome: 'returned' };
  return resent({ ...state, returns }, [record], report.surplus === true ? oneHigher(state) : MAX_PRIORITY);
}

/** What a worker had too many of may be many jobs that are long: they go one priority higher than their own, and not before all. */
function oneHigher({ priority, sentPriority }: JobState): number {
  return Math.max(Math.min(priority + 1, MAX_PRIORITY), sentPriority ?? 0);
}

/** A worker that ends gives up what it runs; who else has the message knows nothing of the run. */
function handsBack(state: JobState, report: Returned): boolean {
  return report.reason === 'draining' && report.worker === state.workerId;
}

// That somebody held the message does not say that they died: heartbeats tell whether the run goes on.
function inDoubt(state: JobState, now: Date): Decision {
  return moved(state.returnedAt === null ? { ...state, returnedAt: now } : state, []);
}

function begun(state: JobState, report: Started | Ended, startedAt: Date): JobState {
  return {
    ...state,
    status: 'running',
    held: false,
    // An older run was counted when it was given up for lost.
    attempt: Math.max(state.attempt, report.run === state.run ? state.charged + 1 : claimed(state, report)),
    workerId: report.worker,
    startedAt: state.startedAt ?? startedAt,
    nextAttemptAt: null,
  };
}

const NAMES = { done: 'completed', retry: 'failed', reject: 'failed', snooze: 'snoozed', cancel: 'cancelled' } as const;

function failureOf(outcome: Outcome, attempt: number, at: Date, state: JobState): JobError | null {
  const { kind } = outcome;
  if (kind !== 'retry' && kind !== 'reject') return null;
  return jobError(outcome.failure, kind === 'reject', Math.max(attempt, state.charged), at);
}

function orUnknown(error: JobError | null, state: JobState, at: Date): JobError {
  return error ?? jobError({ code: 'error', message: 'The job failed without an error.' }, false, state.attempt, at);
}

function recordOf(report: Started | Ended, attempt: number, known: Partial<AttemptChange>): AttemptChange {
  return { ...blank(report.run, attempt), workerId: report.worker, ...known };
}

/** An attempt that a worker names; it cannot be one that the job never had. */
function claimed(state: JobState, { attempt }: Ended | Started): number {
  return Math.min(attempt, state.charged + 1);
}

/** A worker's clock is believed only between the job's creation and the database's now. */
function within(time: Date, earliest: Date, latest: Date): Date {
  const ms = Number.isNaN(time.getTime()) ? latest.getTime() : time.getTime();
  return new Date(Math.min(Math.max(ms, earliest.getTime()), Math.max(latest.getTime(), earliest.getTime())));
}
