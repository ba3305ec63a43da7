import { type Caller } from '../api-keys/caller.js';
import { type Entered, type OpenJobs } from './open-jobs.js';
import { type RequestRates } from './request-rates.js';
import { type Tenants } from './tenants.js';

/** Holds callers to the limits of their keys and tenants. */
export class Admission {
  constructor(
    private readonly tenants: Pick<Tenants, 'limitsOf'>,
    private readonly rates: Pick<RequestRates, 'admit'>,
    private readonly openJobs: Pick<OpenJobs, 'admit'>,
  ) {}

  /** @throws Problem 429 with `Retry-After` when the caller makes too many requests */
  async request(caller: Caller): Promise<void> {
    await this.rates.admit(caller, await this.tenants.limitsOf(caller.tenant));
  }

  /**
   * Enters jobs of a caller who may have so many more.
   * @throws Problem 429 with `Retry-After`; nothing was entered
   */
  async enter<T>(caller: Caller, jobs: number, enter: () => Promise<T>): Promise<T> {
    const done: Entered = await this.openJobs.admit(caller, await this.tenants.limitsOf(caller.tenant), jobs);
    try {
      const entered = await enter();
      done(true);
      return entered;
    } catch (error) {
      done(false);
      throw error;
    }
  }
}
