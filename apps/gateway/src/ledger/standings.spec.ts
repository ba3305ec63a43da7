import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { IDLE_DISPATCH } from '../testing/idle-dispatch.js';
import { newJob } from '../testing/new-job.js';
import { type RealLedger, startRealLedger } from '../testing/real-ledger.js';
import { Database } from './database.js';
import { JobStore } from './job-store.js';
import { readLines, readStandings } from './standings.js';

const START_MS = 60_000;
const JOBS = 5;
const MANY_HELD_BEHIND_MANY_ENDED = `
INSERT INTO jobs (id, tenant, task, queue, status, priority, payload, metadata, max_attempts, backoff, timeout_ms, run, held, completed_at)
SELECT gen_random_uuid(), tenant, task, queue, CASE WHEN ended THEN 'completed' ELSE 'queued' END, priority, payload, metadata, max_attempts,
       backoff, timeout_ms, run, CASE WHEN ended THEN NULL ELSE 'turn' END, CASE WHEN ended THEN now() END
FROM (SELECT * FROM jobs LIMIT 1) AS one, (VALUES (true), (false)) AS kinds (ended), generate_series(1, 5000) ORDER BY ended DESC`;

describe('the standing of a tenant in a queue', () => {
  let ledger: RealLedger;

  beforeAll(async () => {
    ledger = await startRealLedger();
    const jobs = new JobStore(ledger.database, IDLE_DISPATCH);
    await Promise.all(Array.from({ length: JOBS }, () => jobs.accept(newJob())));
  }, START_MS);

  afterAll(() => ledger.stop());

  const outWithin = async (window: number): Promise<readonly number[]> => {
    const standings = await readStandings(ledger.database, await readLines(ledger.database), () => window);
    return standings.map(({ out }) => out);
  };

  it('counts what is out as far as its window goes', async () => {
    expect(await outWithin(2 * JOBS)).toEqual([JOBS]);
    expect(await outWithin(JOBS - 2)).toEqual([JOBS - 2]);
  });

  it('is seen without going through all jobs, however many are held', async () => {
    await ledger.database.query(MANY_HELD_BEHIND_MANY_ENDED);
    await ledger.database.query('VACUUM ANALYZE jobs');
    const single = new Database(ledger.url, { connections: 1 });
    const walks = async (): Promise<unknown> => {
      await single.query('SELECT pg_stat_force_next_flush()');
      return single.query("SELECT seq_scan FROM pg_stat_user_tables WHERE relname = 'jobs'");
    };
    try {
      const before = await walks();
      const [standing] = await readStandings(single, await readLines(single), () => JOBS);
      expect(standing).toMatchObject({ out: JOBS, holds: true });
      expect(await walks()).toEqual(before);
    } finally {
      await single.close();
    }
  });

  it('counts nothing for a window without a bound', async () => {
    expect(await outWithin(Number.POSITIVE_INFINITY)).toEqual([0]);
  });
});
