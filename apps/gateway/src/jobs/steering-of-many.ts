import { type Job, type JobStatus } from '#libs/contracts';
import { type Storage } from '#libs/storage';
import { conflict, type Problem } from '../http/problem.js';
import { type JobFilter } from '../ledger/job-filter.js';
import { type ChosenJob, type JobSelectionStore } from '../ledger/job-selection-store.js';
import { type JobSteering, type WaitChange } from '../ledger/job-steering.js';
import { type JobStore } from '../ledger/job-store.js';
import { type TimeCursor } from '../ledger/time-cursor.js';

/** What can be done with all jobs that fit a filter. */
export const STEERINGS = ['retry', 'cancel', 'delete', 'change'] as const;
export type Steering = (typeof STEERINGS)[number];

/** What is done with them: of a change, how they are to wait. */
export type Move = Exclude<Steering, 'change'> | WaitChange;

/** Jobs that something can be done with, as they are now. */
export interface SteeringPreview {
  readonly count: number;
  /** Jobs that come or end from now on are others: `seenAt` with this time leaves them out. */
  readonly at: string;
  /** The first few. */
  readonly jobs: readonly Job[];
}

/** What was done with jobs, and where the others begin. */
export interface SteeredJobs {
  readonly changed: number;
  /** Those that had changed meanwhile, or have to stay as they are. */
  readonly unchanged: number;
  /** Null when all were looked at. */
  readonly next: TimeCursor | null;
}

interface Parts {
  readonly jobs: Pick<JobStore, 'list'>;
  readonly selections: JobSelectionStore;
  readonly steering: JobSteering;
  readonly storage: Pick<Storage, 'removeAll'>;
}

const FITTING: Readonly<Record<Steering, readonly JobStatus[]>> = {
  retry: ['failed', 'cancelled'],
  cancel: ['scheduled', 'queued', 'running', 'retrying'],
  delete: ['completed', 'failed', 'cancelled'],
  change: ['scheduled', 'queued', 'retrying'],
};

const SHOWN = 5;
/** A transaction stays short, so that those of others have their turn in between. */
const AT_ONCE = 500;
const PATIENCE_MS = 5_000;

/** Moves all jobs that fit a filter, for as long as a caller waits; whoever wants more goes on where it ended. */
export class SteeringOfMany {
  readonly #parts: Parts;
  readonly #patienceMs: number;

  constructor(parts: Parts, patienceMs = PATIENCE_MS) {
    this.#parts = parts;
    this.#patienceMs = patienceMs;
  }

  async preview(steering: Steering, filter: JobFilter): Promise<SteeringPreview> {
    const fitting = fittingOf(steering, filter);
    const { count, at } = await this.#parts.selections.count(fitting, null);
    const jobs = count === 0 ? [] : await this.#parts.jobs.list(fitting, { limit: SHOWN, after: null });
    return { count, at: at.toISOString(), jobs };
  }

  /**
   * @param expected how many jobs the caller has seen to fit, less those that were looked at since
   * @throws Problem 409 when more are left: nothing is done then
   */
  async steer(
    move: Move,
    filter: JobFilter,
    { expected, after }: { readonly expected: number; readonly after: TimeCursor | null },
  ): Promise<SteeredJobs> {
    const fitting = fittingOf(typeof move === 'string' ? move : 'change', filter);
    const { count } = await this.#parts.selections.count(fitting, after);
    if (count > expected) throw moreThan(expected, count);
    const deadline = performance.now() + this.#patienceMs;
    let changed = 0;
    let seen = 0;
    for (let next = after; ;) {
      const found = await this.#parts.selections.next(fitting, { limit: AT_ONCE, after: next });
      const done = await this.#apply(move, found, deadline);
      changed += done.changed;
      seen += done.seen;
      next = found[done.seen - 1] ?? next;
      if (found.length < AT_ONCE && done.seen === found.length)
        return { changed, unchanged: seen - changed, next: null };
      if (performance.now() > deadline) return { changed, unchanged: seen - changed, next };
    }
  }

  async #apply(
    move: Move,
    found: readonly ChosenJob[],
    deadline: number,
  ): Promise<{ readonly changed: number; readonly seen: number }> {
    if (move === 'delete') return this.#delete(found, deadline);
    const ids = found.map(({ id }) => id);
    if (ids.length === 0) return { changed: 0, seen: 0 };
    const { steering } = this.#parts;
    const changed = typeof move === 'string' ? await steering[move](ids) : (await steering.change(ids, move)).changed;
    return { changed: changed.length, seen: ids.length };
  }

  /** One after the other, because files go with each. */
  async #delete(
    found: readonly ChosenJob[],
    deadline: number,
  ): Promise<{ readonly changed: number; readonly seen: number }> {
    let changed = 0;
    let seen = 0;
    for (const { id, tenant } of found) {
      const { steering, storage } = this.#parts;
      const kept = await steering.remove(id, () => storage.removeAll(`${tenant}/${id}/`));
      changed += Number(kept === undefined);
      seen += 1;
      if (performance.now() > deadline) break;
    }
    return { changed, seen };
  }
}

/** The jobs of a filter that something can be done with. */
function fittingOf(steering: Steering, filter: JobFilter): JobFilter {
  const status = FITTING[steering].filter((one) => filter.status?.includes(one) ?? true);
  return { ...filter, status, ...(steering === 'cancel' ? { isStopping: false } : {}) };
}

function moreThan(expected: number, count: number): Problem {
  const detail = `Expected at most ${expected} jobs that fit, and there are ${count}. Look at them again.`;
  return conflict('more_jobs_than_expected', detail);
}
