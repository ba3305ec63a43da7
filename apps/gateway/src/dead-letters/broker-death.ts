import { type BrokerDeath } from '#libs/broker';
import { isFinal } from '#libs/contracts';
import { type AttemptChange, type Decision, type JobState } from '../tracker/job-state.js';
import { blank, dead, final, jobError, moved, presentAttempt } from '../tracker/transitions.js';

/**
 * What it makes of a job that the broker has dead-lettered a message of it. Of the newest run no worker can have it any
 * more, nor will get it: the job is dead. An older run's, or a final job's, is nobody's loss.
 */
export function buriedByBroker(state: JobState, run: number, { reason, queue }: BrokerDeath, now: Date): Decision {
  if (run !== state.run || isFinal(state.status)) return moved(state, []);
  const attempt = presentAttempt(state);
  const message = `The broker took the job's message out of ${queue} (${reason}): no worker can have it any more.`;
  const error = jobError({ code: 'worker_lost', message }, false, attempt, now);
  const record: AttemptChange = { ...blank(state.run, attempt), endedAt: now, outcome: 'lost', error };
  const charged: JobState = { ...state, attempt, charged: attempt, returns: 0, losses: state.losses + 1, error };
  if (state.cancelRequestedAt !== null) return moved(final(charged, 'cancelled', now), [record]);
  return dead(charged, error, reasonOf(reason), [record]);
}

/** A letter's reason when the broker gave it. */
export function reasonOf(brokerReason: string): string {
  return `broker_${brokerReason}`;
}
