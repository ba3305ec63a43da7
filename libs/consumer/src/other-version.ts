import { performance } from 'node:perf_hooks';
import { type Outcome, type WorkOrder } from '#libs/contracts';
import { BoundedMemory } from './bounded-memory.js';
import { rejected } from './outcome-of.js';

const WAIT_MS = 5_000;
/** How long an attempt is put off for an app of another version. */
const LIMIT_MS = 10 * 60_000;
const ATTEMPTS_KEPT = 10_000;

/** Why this version of the app cannot run a job that another may. */
export type OtherVersionReason = 'other_version' | 'task_unknown_here';

interface Wait {
  readonly since: number;
  readonly last: number;
}

/**
 * Puts off jobs that an app of another version may take, which is around or on its way, and rejects them when none came.
 * The time counts from when this process first saw the attempt, not from the job's creation: a job may be due long
 * after that. Each process counts for itself and anew, so that a wait may last longer, and never shorter.
 */
export class OtherVersionWaits {
  readonly #waits = new BoundedMemory<string, Wait>(ATTEMPTS_KEPT);
  readonly #now: () => number;

  /** @param now a monotonic clock in milliseconds */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** @param otherwise the failure when the wait is over */
  outcomeOf(
    order: Pick<WorkOrder, 'jobId' | 'attempt'>,
    reason: OtherVersionReason,
    otherwise: { readonly code: string; readonly message: string },
  ): Outcome {
    const key = `${order.jobId}/${order.attempt}`;
    const now = this.#now();
    const known = this.#waits.get(key);
    // An attempt that has not been seen for so long was elsewhere meanwhile, or was put off by its handler.
    const since = known !== undefined && now - known.last < LIMIT_MS ? known.since : now;
    if (now - since >= LIMIT_MS) return rejected(otherwise.code, otherwise.message);
    this.#waits.put(key, { since, last: now });
    return { kind: 'snooze', delayMs: WAIT_MS, reason };
  }
}
