import { isTenantName, MAX_PRIORITY } from '#libs/contracts';
import { BodySchema } from '../http/body-schema.js';
import { missing } from '../http/problem.js';
import { type TenantLimits } from '../ledger/limits.js';

const MOST = 1_000_000_000;

function most(description: string): Readonly<Record<string, unknown>> {
  return { type: ['integer', 'null'], minimum: 1, maximum: MOST, description: `${description}; null: no limit.` };
}

const requestsPerSecond = most('Requests in a second, over all gateways');
const maxOpenJobs = most('Jobs that have not ended');

/** The fields of an API key that limit what may be done with it. */
export const KEY_LIMIT_FIELDS = {
  requestsPerSecond,
  maxOpenJobs,
  maxPriority: {
    type: ['integer', 'null'],
    minimum: 0,
    maximum: MAX_PRIORITY,
    description: 'The highest priority that its jobs may have; null: no limit.',
  },
} as const;

/** The fields of a tenant's limits. */
export const TENANT_LIMIT_FIELDS = {
  requestsPerSecond,
  maxOpenJobs,
  maxRunningJobs: most('Jobs that are with a worker, or about to be'),
} as const;

/** The body of `PUT /v1/tenants/:name/limits`: what is left out is no limit. */
export const TENANT_LIMITS = new BodySchema<Partial<TenantLimits>>({
  type: 'object',
  additionalProperties: false,
  properties: TENANT_LIMIT_FIELDS,
});

/**
 * The tenant of a path. Whoever has a key, or a job, is a tenant; nobody announces one.
 * @throws Problem 404 when there can be none of that name
 */
export function pathTenant(name: string): string {
  if (!isTenantName(name)) throw missing('tenant', name.slice(0, 100));
  return name;
}
