import { type AuditStore, type ReconcilerState } from '../ledger/audit-store.js';
import { type Whereabouts } from '../ledger/whereabouts.js';
import { type JobWhereabouts, jobWhereabouts } from './job-whereabouts.js';

/** Where every open job is, as an operator sees it. */
export interface Audit extends Whereabouts {
  /** Open jobs: the sum of the counts. */
  readonly open: number;
  readonly queues: readonly ({ readonly queue: string } & Whereabouts)[];
  readonly suspects: number;
  readonly reconciler: { readonly working: boolean; readonly since: string; readonly reason: string | null };
  readonly sentinel: {
    readonly since: string | null;
    readonly checkedAt: string | null;
    readonly wipedAt: string | null;
  };
}

const FRESH_MS = 1_000;
/** Counting takes at most this share of the time, however many ask: a million jobs are not counted for nothing. */
const SHARE = 10;

/** Counts open jobs. An answer is given again for a second, or for ten times as long as it took. */
export class Auditor {
  readonly #store: AuditStore;
  #latest: { readonly audit: Promise<Audit>; freshUntil: number } | undefined;

  constructor(store: AuditStore) {
    this.#store = store;
  }

  audit(): Promise<Audit> {
    const startedAt = performance.now();
    if (this.#latest !== undefined && startedAt < this.#latest.freshUntil) return this.#latest.audit;
    const latest = { audit: this.#count(), freshUntil: Infinity };
    this.#latest = latest;
    latest.audit.then(
      () => {
        const now = performance.now();
        latest.freshUntil = now + Math.max(FRESH_MS, (now - startedAt) * SHARE);
      },
      () => (this.#latest = undefined),
    );
    return latest.audit;
  }

  /** Where one job is at this moment; undefined when there is none of this id. */
  async locate(jobId: string): Promise<JobWhereabouts | undefined> {
    const located = await this.#store.locate(jobId);
    return located === undefined ? undefined : jobWhereabouts(located);
  }

  async #count(): Promise<Audit> {
    const [queues, suspects, state] = await Promise.all([
      this.#store.queues(),
      this.#store.suspects(),
      this.#store.reconciler(),
    ]);
    const sums = Object.fromEntries(
      PLACES.map((place) => [place, queues.reduce((sum, queue) => sum + queue[place], 0)]),
    ) as Record<keyof Whereabouts, number>;
    const open = PLACES.reduce((sum, place) => sum + sums[place], 0);
    return { ...sums, open, queues, suspects, ...shown(state) };
  }
}

const PLACES = ['unaccounted', 'outbox', 'held', 'delayed', 'waiting', 'paused', 'running', 'scheduled'] as const;

const REASONS = {
  not_started: 'No gateway has begun to look for lost jobs.',
  broker_away: 'The broker is not connected, or takes no messages.',
  ledger_behind: 'Reports lie in the broker that are not in the ledger yet.',
} as const;

function shown(state: ReconcilerState): Pick<Audit, 'reconciler' | 'sentinel'> {
  const reason = state.working ? null : REASONS[state.obstacle ?? 'not_started'];
  return {
    reconciler: { working: state.working, since: state.since.toISOString(), reason },
    sentinel: {
      since: textOf(state.sentinelSince),
      checkedAt: textOf(state.sentinelCheckedAt),
      wipedAt: textOf(state.wipedAt),
    },
  };
}

function textOf(time: Date | null): string | null {
  return time?.toISOString() ?? null;
}
