import { type Queries } from './database.js';
import { type OpenJobsOf, type RateSubject, type TenantLimits, UNLIMITED_TENANT } from './limits.js';

/** Keeps the limits of tenants, and what is counted against limits, so that all gateways count together. */
export class LimitStore {
  readonly #database: Queries;

  constructor(database: Queries) {
    this.#database = database;
  }

  async ofTenant(tenant: string): Promise<TenantLimits> {
    const [row] = await this.#database.query<TenantLimits>(
      `SELECT requests_per_second AS "requestsPerSecond", max_open_jobs AS "maxOpenJobs",
              max_running_jobs AS "maxRunningJobs"
       FROM tenant_limits WHERE tenant = $1`,
      [tenant],
    );
    return row ?? UNLIMITED_TENANT;
  }

  async setTenant(tenant: string, limits: TenantLimits): Promise<void> {
    await this.#database.query(
      `INSERT INTO tenant_limits (tenant, requests_per_second, max_open_jobs, max_running_jobs) VALUES ($1, $2, $3, $4)
       ON CONFLICT (tenant) DO UPDATE SET requests_per_second = excluded.requests_per_second,
         max_open_jobs = excluded.max_open_jobs, max_running_jobs = excluded.max_running_jobs`,
      [tenant, limits.requestsPerSecond, limits.maxOpenJobs, limits.maxRunningJobs],
    );
  }

  /**
   * Lets each subject make some requests now, as far as its rate has them left, and says how many. A subject that has made
   * none for a second has a second's requests left.
   */
  async grant(wanted: readonly (RateSubject & { readonly requests: number })[]): Promise<ReadonlyMap<string, number>> {
    const rows = await this.#database.query<{ subject: string; granted: number }>(GRANT, [
      wanted.map(({ subject }) => subject),
      wanted.map(({ perSecond }) => perSecond),
      wanted.map(({ requests }) => requests),
    ]);
    return new Map(rows.map(({ subject, granted }) => [subject, granted]));
  }

  /** How many jobs of a key or a tenant have not ended; it counts no further than `most`. */
  async openJobs(of: OpenJobsOf, most: number): Promise<number> {
    const [statement, whose] = 'tenant' in of ? [OPEN_OF_TENANT, of.tenant] : [OPEN_OF_KEY, of.apiKeyId];
    const [row] = await this.#database.query<{ jobs: number }>(statement, [whose, most]);
    return row?.jobs ?? 0;
  }
}

/** SQL: what is granted to a subject that has asked before: what is left of the second that its rate is counted in. */
const GRANTED = `least(excluded.granted,
  floor(greatest(0, least(1, 1 - extract(epoch FROM known.full_at - now()))) * excluded.per_second + 0.001)::int)`;

// The row of a subject is locked by the statement, so that what is left is given away once. In the order of the key, so that
// two gateways cannot lock each other out.
const GRANT = `
INSERT INTO request_rates AS known (subject, per_second, full_at, granted)
SELECT subject, per_second, now() + least(requests, per_second) * interval '1 second' / per_second, least(requests, per_second)
FROM unnest($1::text[], $2::int[], $3::int[]) AS wanted (subject, per_second, requests)
ORDER BY subject
ON CONFLICT (subject) DO UPDATE SET per_second = excluded.per_second, granted = ${GRANTED},
  full_at = greatest(known.full_at, now()) + ${GRANTED} * interval '1 second' / excluded.per_second
RETURNING subject, granted`;

const OPEN_OF_KEY = `
SELECT count(*)::int AS jobs
FROM (SELECT FROM jobs WHERE api_key_id = $1 AND completed_at IS NULL LIMIT $2) AS open`;

const OPEN_OF_TENANT = `
SELECT count(*)::int AS jobs
FROM (
  SELECT FROM domains CROSS JOIN LATERAL (
    SELECT FROM jobs WHERE jobs.queue = domains.name AND jobs.tenant = $1
      AND jobs.status IN ('scheduled','queued','running','retrying') LIMIT $2
  ) AS of_queue LIMIT $2
) AS open`;
