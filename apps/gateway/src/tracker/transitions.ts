import { type Failure, type JobError, MAX_PRIORITY } from '#libs/contracts';
import { type AttemptChange, type Decision, type JobState } from './job-state.js';

/** After so many lost attempts a job is taken for the one that kills its workers. */
const LOSSES_ALLOWED = 3;

/**
 * Whether one more lost attempt fails a job that has lost some. Its process runs nothing beside it then, so that no job
 * fails for what its neighbours have done time and again.
 */
export function runsAlone({
  losses,
  charged,
  maxAttempts,
}: Pick<JobState, 'losses' | 'charged' | 'maxAttempts'>): boolean {
  return losses > 0 && (losses + 1 >= LOSSES_ALLOWED || charged + 1 >= maxAttempts);
}

/** A job that moves without consequences. */
export function moved(state: JobState, attempts: readonly AttemptChange[]): Decision {
  return { state, attempts, send: null, voidUpTo: null, deadLetter: null };
}

/** The job in a final status. It is never completed before it was started. */
export function final(state: JobState, status: 'completed' | 'failed' | 'cancelled', at: Date): JobState {
  const completedAt = state.startedAt !== null && at < state.startedAt ? state.startedAt : at;
  return { ...state, status, held: false, completedAt, nextAttemptAt: null, returnedAt: null };
}

/** The job is `failed`, and its dead letter is written with it. */
export function dead(state: JobState, error: JobError, reason: string, records: readonly AttemptChange[]): Decision {
  return {
    ...moved(final({ ...state, error }, 'failed', new Date(error.at)), records),
    deadLetter: { run: state.run, error, reason },
  };
}

/** The next run, after a wait. */
export function again(state: JobState, waitMs: number, now: Date, records: readonly AttemptChange[]): Decision {
  const dueAt = new Date(now.getTime() + waitMs);
  const next: JobState = { ...nextRun(state), status: 'retrying', nextAttemptAt: dueAt, sentPriority: null };
  return { ...moved(next, records), send: { run: next.run, dueAt, priority: next.sentPriority } };
}

/** The next run, at once. What comes back has waited already, so it goes before what has not, unless another priority is given. */
export function resent(
  state: JobState,
  records: readonly AttemptChange[],
  sentPriority: number = MAX_PRIORITY,
): Decision {
  const next: JobState = { ...nextRun(state), status: 'queued', nextAttemptAt: null, sentPriority };
  return { ...moved(next, records), send: { run: next.run, dueAt: null, priority: next.sentPriority } };
}

/** A worker held the newest run and is gone: the execution is charged, and the job sent again while it may be. */
export function lost(state: JobState, now: Date): Decision {
  const attempt = presentAttempt(state);
  const failure = { code: 'worker_lost', message: 'The worker that ran the job is gone.' };
  const error = jobError(failure, false, attempt, now);
  const record: AttemptChange = { ...blank(state.run, attempt), endedAt: now, outcome: 'lost', error };
  const charged: JobState = { ...state, attempt, charged: attempt, returns: 0, losses: state.losses + 1, error };
  if (state.cancelRequestedAt !== null) return moved(final(charged, 'cancelled', now), [record]);
  if (charged.losses >= LOSSES_ALLOWED) return dead(charged, error, 'worker_lost', [record]);
  if (charged.charged >= state.maxAttempts) return dead(charged, error, 'attempts_spent', [record]);
  return resent(charged, [record]);
}

/** The attempt that the newest run belongs to, charged or not. */
export function presentAttempt(state: JobState): number {
  return Math.max(state.charged + 1, state.attempt);
}

/** A failure as the job shows it. */
export function jobError({ code, message }: Failure, permanent: boolean, attempt: number, at: Date): JobError {
  return { code, message, permanent, attempt, at: at.toISOString() };
}

/** A record of a run of which nothing is known yet. */
export function blank(run: number, attempt: number): AttemptChange {
  return { run, attempt, workerId: null, startedAt: null, endedAt: null, outcome: null, error: null, reason: null };
}

function nextRun(state: JobState): JobState {
  return { ...state, held: false, run: state.run + 1, workerId: null, returnedAt: null };
}
