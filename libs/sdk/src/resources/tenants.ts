import { type Http } from '../http/http.js';
import { type CallOptions } from '../options.js';

/** What all requests and jobs of a tenant may at most; null is no limit. */
export interface TenantLimits {
  /** Requests in a second, over all keys and gateways. */
  readonly requestsPerSecond: number | null;
  /** Jobs that have not ended, however they came. */
  readonly maxOpenJobs: number | null;
  /** Jobs that are with a worker, or about to be. */
  readonly maxRunningJobs: number | null;
}

/** The limits of tenants. They need an admin key. */
export class Tenants {
  readonly #http: Http;

  /** @internal */
  constructor(http: Http) {
    this.#http = http;
  }

  /** Shows the limits of a tenant. */
  limits(tenant: string, options?: CallOptions): Promise<TenantLimits> {
    return this.#http.json({ method: 'GET', path: pathOf(tenant), options });
  }

  /** Sets all limits of a tenant, everywhere within 5 s; what is left out is no limit. */
  setLimits(tenant: string, limits: Partial<TenantLimits>, options?: CallOptions): Promise<TenantLimits> {
    return this.#http.json({ method: 'PUT', path: pathOf(tenant), json: limits, repeatable: true, options });
  }
}

function pathOf(tenant: string): string {
  return `/v1/tenants/${encodeURIComponent(tenant)}/limits`;
}
