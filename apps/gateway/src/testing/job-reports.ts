import { DEFAULT_BACKOFF, type Ended, type Outcome, type Returned, type Started } from '#libs/contracts';
import { type JobState } from '../tracker/job-state.js';

export const CREATED = new Date('2026-01-01T00:00:00.000Z');
export const NOW = new Date('2026-01-01T00:01:00.000Z');

/** A job that was sent out once and of which nothing has been heard. */
export const QUEUED: JobState = {
  id: 'job',
  queue: 'media',
  task: 'media.process-image',
  status: 'queued',
  held: false,
  run: 1,
  attempt: 0,
  charged: 0,
  returns: 0,
  losses: 0,
  returnedAt: null,
  sentPriority: null,
  priority: 4,
  maxAttempts: 3,
  firstMaxAttempts: 3,
  backoff: DEFAULT_BACKOFF,
  workerId: null,
  result: null,
  error: null,
  createdAt: CREATED,
  queuedAt: CREATED,
  startedAt: null,
  nextAttemptAt: null,
  completedAt: null,
  cancelRequestedAt: null,
  leadsOn: false,
};

export const DONE: Outcome = { kind: 'done', result: { ok: true } };
export const RETRY: Outcome = { kind: 'retry', failure: { code: 'busy', message: 'Busy.' } };
export const REJECT: Outcome = { kind: 'reject', failure: { code: 'bad', message: 'Bad.' } };
export const CANCEL: Outcome = { kind: 'cancel' };
export const snooze = (delayMs: number): Outcome => ({ kind: 'snooze', delayMs, reason: 'later' });

/** The worker that a run of these histories is in the hands of. */
export const workerOf = (run: number): string => `w${run}`;

export function startedBy(run: number, attempt: number): Started {
  return { type: 'started', job: 'job', run, worker: workerOf(run), attempt, at: '2026-01-01T00:00:10.000Z' };
}

export function endedBy(run: number, attempt: number, outcome: Outcome): Ended {
  const startedAt = '2026-01-01T00:00:10.000Z';
  return { type: 'ended', job: 'job', run, worker: workerOf(run), attempt, startedAt, durationMs: 2_000, outcome };
}

/** @param worker another than the one that runs it, unless it says */
export function returnedAs(run: number, reason: Returned['reason'], worker = 'another'): Returned {
  return { type: 'returned', job: 'job', run, worker, reason };
}

/** Small, seeded and good enough to shuffle with (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
