import { type Job, type JobStatus } from '#libs/contracts';
import { type Before, type Circumstances, type ExplainStore, MOST_COUNTED } from '../ledger/explain-store.js';
import { type QueueStore } from '../ledger/queue-store.js';
import { type Estimate, estimateOfRunning, estimateOfWaiting } from './estimate.js';
import { type Reason, reasonsOf, type Situation } from './reasons.js';

/** Why a job has not run yet, and when it likely will. */
export interface Explanation {
  readonly jobId: string;
  readonly state: JobStatus;
  /** The one that has to pass first comes first. */
  readonly reasons: readonly Reason[];
  /** How many jobs are before it; null when it does not wait in a queue. */
  readonly position: { readonly ahead: number; /** There are more than were counted. */ readonly more: boolean } | null;
  /** Null while nobody can say: something else has to happen first, or nothing is known of the last hour. */
  readonly estimate: Estimate | null;
}

/** Reasons that pass when somebody does something, which has no time. */
const TIMELESS = new Set([
  'queue_paused',
  'batch_paused',
  'no_consumer',
  'parked',
  'broker_away',
  'concurrency_key',
  'looked_for',
  'ended',
]);

export interface ExplainerParts {
  readonly store: ExplainStore;
  readonly queues: Pick<QueueStore, 'find'>;
  readonly broker: () => 'up' | { readonly down: string };
}

/** Says why jobs wait. Counting is bounded, so that it is quick however many jobs wait. */
export class Explainer {
  readonly #parts: ExplainerParts;

  constructor(parts: ExplainerParts) {
    this.#parts = parts;
  }

  /** Undefined when the job is gone meanwhile. */
  async explain({ id }: Job): Promise<Explanation | undefined> {
    const { store, broker } = this.#parts;
    const [job, circumstances, before] = await Promise.all([
      store.locate(id),
      store.circumstances(id),
      store.before(id),
    ]);
    if (job === undefined || circumstances === undefined) return undefined;
    const situation: Situation = { job, circumstances, before, broker: broker() };
    const reasons = reasonsOf(situation);
    const timeless = reasons.some(({ code }) => TIMELESS.has(code));
    return {
      jobId: id,
      state: job.status,
      reasons,
      position: positionOf(situation),
      estimate: timeless ? null : await this.#estimate(situation),
    };
  }

  async #estimate({ job, circumstances, before }: Situation): Promise<Estimate | null> {
    const { now, startedAt, priority } = circumstances;
    const pace = await this.#parts.store.pace(job.queue, priority);
    if (job.place === 'running') return estimateOfRunning(now, startedAt ?? now, pace);
    const ahead = {
      least: endingFirst(circumstances, before, 1),
      most: endingFirst(circumstances, before, before.tenants),
    };
    const more = Math.max(before.inQueue, before.inLine) >= MOST_COUNTED;
    const waiting = more ? ((await this.#parts.queues.find(job.queue))?.waiting ?? ahead.most) : ahead.most;
    const dueAt = job.dueAt?.getTime() ?? null;
    return estimateOfWaiting({ now, dueAt, ahead: { ...ahead, most: Math.max(ahead.most, waiting) } }, pace);
  }
}

function positionOf({ job: { place }, circumstances, before }: Situation): Explanation['position'] {
  if (place !== 'waiting' && place !== 'paused' && place !== 'held') return null;
  const { inQueue, inLine } = before;
  if (circumstances.held === 'batch') return null;
  if (circumstances.held === 'key') {
    return { ahead: inLine + (circumstances.keyHolder === null ? 0 : 1), more: inLine >= MOST_COUNTED };
  }
  return { ahead: inQueue + inLine, more: Math.max(inQueue, inLine) >= MOST_COUNTED };
}

/** How many jobs end before one starts that has so many before it. Of those in line each tenant has its turn. */
function endingFirst({ places, taken }: Circumstances, { inQueue, inLine }: Before, tenants: number): number {
  const free = Math.max(0, places - taken);
  return Math.max(0, inQueue + inLine * Math.max(1, tenants) + 1 - free);
}
