import { type Decision, type JobState } from '../tracker/job-state.js';
import { again, final, lost, moved, resent } from '../tracker/transitions.js';

/**
 * What becomes of a job whose newest message is proven to be nowhere. What never started is sent again and charged nothing;
 * a retry whose time has not come keeps its time; of a running job the execution is charged, because it has begun. The old
 * run is voided nevertheless: a proof rests on times, and a message that comes to light after all must not run.
 */
export function missing(state: JobState, now: Date): Decision {
  return { ...nextOf(state, now), voidUpTo: state.run };
}

function nextOf(state: JobState, now: Date): Decision {
  if (state.status === 'running') return lost(state, now);
  if (state.cancelRequestedAt !== null) return moved(final(state, 'cancelled', now), []);
  const waitMs = (state.nextAttemptAt?.getTime() ?? 0) - now.getTime();
  return state.status === 'retrying' && waitMs > 0 ? again(state, waitMs, now, []) : resent(state, []);
}
