import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type JobStatus } from '#libs/contracts';
import { IDLE_DISPATCH } from '../testing/idle-dispatch.js';
import { newJob } from '../testing/new-job.js';
import { type RealLedger, startRealLedger } from '../testing/real-ledger.js';
import { jobListing } from './job-listing.js';
import { JobStore } from './job-store.js';

const START_MS = 60_000;
const COMPLETED = 5_000;

interface Plan {
  readonly 'Actual Rows': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly Plans?: readonly Plan[];
}

describe('a list of jobs of several statuses', () => {
  let ledger: RealLedger;
  let jobs: JobStore;
  /** Oldest first. */
  const rare: { readonly id: string; readonly status: JobStatus }[] = [];

  beforeAll(async () => {
    ledger = await startRealLedger();
    jobs = new JobStore(ledger.database, IDLE_DISPATCH);
    for (const status of ['failed', 'cancelled', 'failed', 'cancelled'] as const) rare.push(await ended(status));
    await ledger.database.query(
      `INSERT INTO jobs SELECT copy.* FROM jobs CROSS JOIN generate_series(1, ${COMPLETED}) AS number CROSS JOIN LATERAL
         jsonb_populate_record(jobs, jsonb_build_object('id', gen_random_uuid(), 'status', 'completed',
           'created_at', now() + number * interval '1 second')) AS copy
       WHERE jobs.id = $1`,
      [rare[0]?.id],
    );
    await ledger.database.query('ANALYZE jobs');
  }, START_MS);

  afterAll(() => ledger.stop());

  async function ended(status: JobStatus): Promise<{ id: string; status: JobStatus }> {
    const { id } = newJob();
    await jobs.accept(newJob({ id }));
    await ledger.database.query('UPDATE jobs SET status = $2, completed_at = now() WHERE id = $1', [id, status]);
    return { id, status };
  }

  const listed = async (status: readonly JobStatus[], limit = 200): Promise<string[]> =>
    (await jobs.list({ status, tenant: 'default' }, { limit, after: null })).map(({ id }) => id);

  it('has the newest of all of them, in one order, in pages', async () => {
    const newestFirst = rare.map(({ id }) => id).toReversed();
    expect(await listed(['failed', 'cancelled'])).toEqual(newestFirst);
    expect(await listed(['failed', 'cancelled'], 3)).toEqual(newestFirst.slice(0, 3));
    const [first] = await jobs.list({ status: ['failed', 'cancelled'] }, { limit: 1, after: null });
    const after = { id: first?.id ?? '', at: first?.createdAt ?? '' };
    const rest = await jobs.list({ status: ['failed', 'cancelled'] }, { limit: 200, after });
    expect(rest.map(({ id }) => id)).toEqual(newestFirst.slice(1));
  });

  it('is empty for none', async () => {
    expect(await listed([])).toEqual([]);
  });

  it('is found without looking through jobs of other statuses', async () => {
    const filter = { status: ['failed', 'cancelled'], tenant: 'default' } as const;
    const { sql, values } = jobListing(filter, { limit: 50, after: null });
    const [row] = await ledger.database.query<{ 'QUERY PLAN': { Plan: Plan }[] }>(
      `EXPLAIN (ANALYZE, FORMAT JSON) ${sql}`,
      values,
    );
    const nodes = (row?.['QUERY PLAN'] ?? []).flatMap(({ Plan: plan }) => nodesOf(plan));
    expect(nodes.length).toBeGreaterThan(3);
    for (const node of nodes) expect(node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)).toBeLessThan(10);
  });
});

function nodesOf(plan: Plan): Plan[] {
  return [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];
}
