import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { reconcilerTimes } from '../reconciler/times.js';
import { IDLE_DISPATCH } from '../testing/idle-dispatch.js';
import { newJob } from '../testing/new-job.js';
import { type RealLedger, startRealLedger } from '../testing/real-ledger.js';
import { walksThrough } from '../testing/table-walks.js';
import { Database } from './database.js';
import { HeldStore } from './held-store.js';
import { JobStore } from './job-store.js';
import { SuspectStore } from './suspect-store.js';

const START_MS = 60_000;
/** Of each kind so many that the planner hopes to find one soon wherever it begins to read. */
const MANY_OF_EACH_KIND = `
INSERT INTO jobs (id, tenant, task, queue, status, priority, payload, metadata, max_attempts, backoff, timeout_ms, run, held, concurrency_key,
                  completed_at)
SELECT gen_random_uuid(), tenant, task, queue, kinds.status, priority, payload, metadata, max_attempts, backoff, timeout_ms, run, kinds.held,
       kinds.held_by, CASE WHEN kinds.status = 'completed' THEN now() END
FROM (SELECT * FROM jobs LIMIT 1) AS one, generate_series(1, 5000),
     (VALUES (1, 'completed', NULL, NULL), (2, 'queued', NULL, NULL), (3, 'queued', 'turn', NULL), (4, 'queued', 'key', 'a'))
       AS kinds (position, status, held, held_by)
ORDER BY position`;

describe('while many jobs wait, nothing goes through all jobs', () => {
  let ledger: RealLedger;
  let single: Database;

  beforeAll(async () => {
    ledger = await startRealLedger();
    single = new Database(ledger.url, { connections: 1 });
    await ledger.database.query(
      "INSERT INTO domains (name, queue_key, queue_type, queue_number) VALUES ('lab', 'lab.classic-1', 'classic', 1)",
    );
    await new JobStore(ledger.database, IDLE_DISPATCH).accept(newJob());
    await ledger.database.query(MANY_OF_EACH_KIND);
    await ledger.database.query('VACUUM ANALYZE');
  }, START_MS);

  afterAll(async () => {
    await single.close();
    await ledger.stop();
  });

  it('that looks whose turn it is', async () => {
    const before = await walksThrough(single, 'jobs');
    const look = await new HeldStore(single).look({ windowOf: () => 1, most: 1, claimed: false, random: () => 0 });
    expect(look).toMatchObject({ standings: [{ out: 1, holds: true }], keysWait: true, released: [] });
    expect(await walksThrough(single, 'jobs')).toBe(before);
  });

  it('that looks which jobs may be lost, or are no longer', async () => {
    const suspects = new SuspectStore(single, reconcilerTimes(60_000));
    await suspects.look();
    const before = await walksThrough(single, 'jobs');
    await suspects.look();
    await suspects.drop();
    expect(await suspects.waves()).toHaveLength(1);
    expect(await walksThrough(single, 'jobs')).toBe(before);
  });
});
