import { type Caller } from '../api-keys/caller.js';
import { later } from '../http/problem.js';
import { type LimitStore } from '../ledger/limit-store.js';
import { type OpenJobsOf, type TenantLimits } from '../ledger/limits.js';

/** A count lets jobs in for so long. Nothing is refused but by a count that was taken for it. */
const FRESH_MS = 500;
const MAX_REMEMBERED = 10_000;
const RETRY_SECONDS = 1;

/** What is called when jobs that were let in have been entered, or have not: also when they were there already. */
export type Entered = (entered: boolean) => void;

/** The open jobs of one key or tenant: as counted, and those that this process has let in since. */
interface Tally {
  counted: number;
  at: number;
  entering: number;
  entered: number;
  /** Under way for all who wait for it: an older count must not come after a newer one. */
  counting: Promise<void> | undefined;
}

/**
 * Refuses jobs of keys and tenants that have as many open ones as they may. They are counted in the ledger, so that all
 * gateways count the same; what other gateways have let in within the last half second is not seen.
 */
export class OpenJobs {
  readonly #store: Pick<LimitStore, 'openJobs'>;
  readonly #tallies = new Map<string, Tally>();

  constructor(store: Pick<LimitStore, 'openJobs'>) {
    this.#store = store;
  }

  /**
   * Counts jobs in that are about to be entered; what it gives back is called when that is over.
   * @throws Problem 429 with `Retry-After`
   */
  async admit({ apiKeyId, tenant, limits }: Caller, ofTenant: TenantLimits, jobs: number): Promise<Entered> {
    const forKey = await this.#take({ apiKeyId }, limits.maxOpenJobs, jobs);
    try {
      const forTenant = await this.#take({ tenant }, ofTenant.maxOpenJobs, jobs);
      return (entered) => {
        forKey(entered);
        forTenant(entered);
      };
    } catch (error) {
      forKey(false);
      throw error;
    }
  }

  /**
   * Counts one job in that comes without a key, as those that services publish to the broker.
   * @throws Problem 429
   */
  async admitOne(tenant: string, { maxOpenJobs }: TenantLimits): Promise<Entered> {
    return this.#take({ tenant }, maxOpenJobs, 1);
  }

  async #take(of: OpenJobsOf, most: number | null, jobs: number): Promise<Entered> {
    if (most === null) return () => undefined;
    const tally = this.#tallyOf(of);
    if (age(tally) > FRESH_MS || sum(tally) + jobs > most) await this.#counted(of, tally, most);
    if (sum(tally) + jobs > most) throw tooMany(of, most, jobs);
    tally.entering += jobs;
    return (entered) => {
      tally.entering -= jobs;
      if (entered) tally.entered += jobs;
    };
  }

  #counted(of: OpenJobsOf, tally: Tally, most: number): Promise<void> {
    tally.counting ??= this.#count(of, tally, most).finally(() => (tally.counting = undefined));
    return tally.counting;
  }

  // What was entered before the counting began is counted.
  async #count(of: OpenJobsOf, tally: Tally, most: number): Promise<void> {
    const { entered } = tally;
    const at = performance.now();
    tally.counted = await this.#store.openJobs(of, most);
    tally.at = at;
    tally.entered -= entered;
  }

  #tallyOf(of: OpenJobsOf): Tally {
    const name = 'tenant' in of ? `tenant ${of.tenant}` : `key ${of.apiKeyId}`;
    const known = this.#tallies.get(name);
    if (known !== undefined) return known;
    const [oldest] = this.#tallies.keys();
    if (this.#tallies.size >= MAX_REMEMBERED && oldest !== undefined) this.#tallies.delete(oldest);
    const tally: Tally = { counted: 0, at: Number.NEGATIVE_INFINITY, entering: 0, entered: 0, counting: undefined };
    this.#tallies.set(name, tally);
    return tally;
  }
}

function sum({ counted, entering, entered }: Tally): number {
  return counted + entering + entered;
}

function age({ at }: Tally): number {
  return performance.now() - at;
}

function tooMany(of: OpenJobsOf, most: number, jobs: number): Error {
  const whose = 'tenant' in of ? 'tenant' : 'API key';
  const which = jobs === 1 ? 'This one was not taken.' : `None of these ${jobs} was taken.`;
  const detail = `The ${whose} may have ${most} jobs that have not ended. ${which}`;
  return later(429, detail, RETRY_SECONDS, 'too_many_open_jobs');
}
