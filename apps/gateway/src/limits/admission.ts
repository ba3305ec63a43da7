import { type Caller } from '../api-keys/caller.js';
import { type Entered, type OpenJobs } from './open-jobs.js';
import { type RequestRates } from './request-rates.js';
import { type Tenants } from './tenants.js';

/** What came of entering jobs. */
interface Entry {
  /** False: they were there already. */
  readonly isNew: boolean;
}

/** Holds callers to the limits of their keys and tenants. */
export class Admission {
  constructor(
    private readonly tenants: Pick<Tenants, 'limitsOf'>,
    private readonly rates: Pick<RequestRates, 'admit'>,
    private readonly openJobs: Pick<OpenJobs, 'admit' | 'admitOne'>,
  ) {}

  /** @throws Problem 429 with `Retry-After` when the caller makes too many requests */
  async request(caller: Caller): Promise<void> {
    await this.rates.admit(caller, await this.tenants.limitsOf(caller.tenant));
  }

  /**
   * Enters jobs of a caller who may have so many more. Those that were there already are none.
   * @throws Problem 429 with `Retry-After`; nothing was entered
   */
  async enter<T extends Entry>(caller: Caller, jobs: number, enter: () => Promise<T>): Promise<T> {
    return entering(await this.openJobs.admit(caller, await this.tenants.limitsOf(caller.tenant), jobs), enter);
  }

  /**
   * Enters a job that comes without a key, of a tenant that may have one more.
   * @throws Problem 429; nothing was entered
   */
  async enterOne<T extends Entry>(tenant: string, enter: () => Promise<T>): Promise<T> {
    return entering(await this.openJobs.admitOne(tenant, await this.tenants.limitsOf(tenant)), enter);
  }
}

async function entering<T extends Entry>(done: Entered, enter: () => Promise<T>): Promise<T> {
  try {
    const entered = await enter();
    done(entered.isNew);
    return entered;
  } catch (error) {
    done(false);
    throw error;
  }
}
