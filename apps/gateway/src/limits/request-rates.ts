import { Batcher } from '#libs/batching';
import { type Caller } from '../api-keys/caller.js';
import { later } from '../http/problem.js';
import { type LimitStore } from '../ledger/limit-store.js';
import { type RateSubject, type TenantLimits } from '../ledger/limits.js';

/** A rate has at least one request in a second. */
const RETRY_SECONDS = 1;

/** Refuses requests that come faster than their key or tenant may make them. Requests that come together share a look. */
export class RequestRates {
  readonly #asking: Batcher<RateSubject, boolean>;

  constructor(store: Pick<LimitStore, 'grant'>) {
    this.#asking = new Batcher(
      (subjects) => grantedOf(store, subjects),
      () => false,
    );
  }

  /** @throws Problem 429 with `Retry-After` */
  async admit({ apiKeyId, tenant, limits }: Caller, ofTenant: TenantLimits): Promise<void> {
    await this.#take(`key ${apiKeyId}`, limits.requestsPerSecond, 'API key');
    await this.#take(`tenant ${tenant}`, ofTenant.requestsPerSecond, 'tenant');
  }

  async #take(subject: string, perSecond: number | null, whose: string): Promise<void> {
    if (perSecond === null || (await this.#asking.add({ subject, perSecond }))) return;
    const detail = `The ${whose} may make ${perSecond} requests per second. This one was not looked at.`;
    throw later(429, detail, RETRY_SECONDS, 'too_many_requests');
  }
}

/** Whether each of the requests is granted: of those of one subject the first are. */
async function grantedOf(
  store: Pick<LimitStore, 'grant'>,
  requests: readonly RateSubject[],
): Promise<readonly boolean[]> {
  const wanted = new Map<string, RateSubject & { readonly requests: number }>();
  for (const request of requests) {
    wanted.set(request.subject, { requests: (wanted.get(request.subject)?.requests ?? 0) + 1, ...request });
  }
  const left = new Map(await store.grant([...wanted.values()]));
  return requests.map(({ subject }) => {
    const rest = left.get(subject) ?? 0;
    left.set(subject, rest - 1);
    return rest > 0;
  });
}
