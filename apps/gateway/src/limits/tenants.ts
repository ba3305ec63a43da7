import { type LimitStore } from '../ledger/limit-store.js';
import { type TenantLimits } from '../ledger/limits.js';

/** What another gateway sets is in force here within this time. */
const TRUSTED_FOR_MS = 2_000;
const MAX_REMEMBERED = 10_000;

/** The limits of tenants, remembered for two seconds. */
export class Tenants {
  readonly #store: Pick<LimitStore, 'ofTenant'>;
  readonly #remembered = new Map<string, { readonly limits: Promise<TenantLimits>; readonly until: number }>();

  constructor(store: Pick<LimitStore, 'ofTenant'>) {
    this.#store = store;
  }

  async limitsOf(tenant: string): Promise<TenantLimits> {
    const known = this.#remembered.get(tenant);
    if (known !== undefined && known.until > Date.now()) return known.limits;
    const limits = this.#store.ofTenant(tenant);
    this.forget(tenant);
    const [oldest] = this.#remembered.keys();
    if (this.#remembered.size >= MAX_REMEMBERED && oldest !== undefined) this.#remembered.delete(oldest);
    this.#remembered.set(tenant, { limits, until: Date.now() + TRUSTED_FOR_MS });
    limits.catch(() => this.forget(tenant));
    return limits;
  }

  /** Forgets the limits of a tenant at once: they were changed here. */
  forget(tenant: string): void {
    this.#remembered.delete(tenant);
  }
}
