import { isFinal } from '#libs/contracts';
import { type Decision, type JobState } from './job-state.js';
import { final, jobError, moved } from './transitions.js';

/**
 * Cancels a job. A waiting one is `cancelled` at once; a running one is asked to stop, and is `cancelled` when its worker
 * says so, fails or is lost. A result that comes first counts. Undefined: the job is final already.
 */
export function cancel(state: JobState, now: Date): Decision | undefined {
  if (isFinal(state.status)) return undefined;
  if (state.status !== 'running') return { ...moved(final(state, 'cancelled', now), []), voidUpTo: newestOut(state) };
  const asked = state.cancelRequestedAt ?? now;
  return { ...moved({ ...state, cancelRequestedAt: asked }, []), voidUpTo: newestOut(state) };
}

/** Ends a job that has not started in the time that it was given. */
export function expire(state: JobState, now: Date): Decision | undefined {
  const waits = state.status === 'scheduled' || state.status === 'queued';
  if (!waits || state.startedAt !== null) return undefined;
  const failure = { code: 'expired', message: 'The job had not started in the time that it was given.' };
  const error = jobError(failure, true, state.attempt, now);
  return { ...moved(final({ ...state, error }, 'cancelled', now), []), voidUpTo: newestOut(state) };
}

/**
 * Queues a failed or cancelled job again, with as many further attempts as it was given at first. Attempts go on counting;
 * what was counted of waits, returns and lost workers begins anew. The error stays until the next outcome, as it does
 * while a job is retrying. The message of a cancelled job was voided when that was. Undefined: the job is neither failed nor
 * cancelled.
 */
export function retry(state: JobState): Decision | undefined {
  if (state.status !== 'failed' && state.status !== 'cancelled') return undefined;
  const run = state.run + 1;
  const next: JobState = {
    ...state,
    ...{ status: 'queued', held: true, run, maxAttempts: state.maxAttempts + state.firstMaxAttempts },
    ...{ returns: 0, losses: 0, returnedAt: null, sentPriority: null, workerId: null },
    ...{ startedAt: null, nextAttemptAt: null, completedAt: null, cancelRequestedAt: null },
  };
  const voidUpTo = state.status === 'failed' ? state.run : null;
  return { ...moved(next, []), send: { run, dueAt: null, priority: null }, voidUpTo };
}

/**
 * Lets a waiting job wait differently: until another time, or with a priority that its message does not have. What is out
 * is void, and a new run is sent when its time has come. Undefined: the job does not wait.
 * @param dueAt undefined: as it was; null: at once
 */
export function waitAnew(state: JobState, dueAt: Date | null | undefined, now: Date): Decision | undefined {
  if (isFinal(state.status) || state.status === 'running') return undefined;
  return { ...waiting(state, dueAt, now), voidUpTo: newestOut(state) };
}

function waiting(state: JobState, dueAt: Date | null | undefined, now: Date): Decision {
  const next: JobState = { ...state, run: state.run + 1, sentPriority: null, workerId: null };
  if (state.status === 'retrying') return sentAt(next, (dueAt === undefined ? state.nextAttemptAt : dueAt) ?? now);
  if (state.status === 'scheduled') return dueAt === null ? sentAt(next, null) : moved(state, []);
  return dueAt instanceof Date ? moved({ ...next, status: 'scheduled', held: false }, []) : sentAt(next, null);
}

/** The newest run goes out: when it is its turn, or as a further attempt at its time. */
function sentAt(state: JobState, dueAt: Date | null): Decision {
  const status = dueAt === null ? 'queued' : 'retrying';
  const next: JobState = { ...state, status, held: dueAt === null, nextAttemptAt: dueAt };
  return { ...moved(next, []), send: { run: next.run, dueAt, priority: null } };
}

/**
 * The newest run that has left, or is about to. While a job is held or waits for its time none is: what had left before is
 * void.
 */
function newestOut({ run, status, held }: JobState): number | null {
  return run === 0 || held || status === 'scheduled' ? null : run;
}
