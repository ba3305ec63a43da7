import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { IDLE_DISPATCH } from '../testing/idle-dispatch.js';
import { newJob } from '../testing/new-job.js';
import { type RealLedger, startRealLedger } from '../testing/real-ledger.js';
import { type KeyedQueries } from './database.js';
import { JobStore } from './job-store.js';
import { readLines, readStandings } from './standings.js';

const START_MS = 60_000;
const JOBS = 5;

describe('the standing of a tenant in a queue', () => {
  let ledger: RealLedger;

  beforeAll(async () => {
    ledger = await startRealLedger();
    const jobs = new JobStore(ledger.database, IDLE_DISPATCH);
    await Promise.all(Array.from({ length: JOBS }, () => jobs.accept(newJob())));
  }, START_MS);

  afterAll(() => ledger.stop());

  const outWithin = async (window: number): Promise<readonly number[]> => {
    const byKey: KeyedQueries = { query: (sql, values) => ledger.database.queryByKey(sql, values) };
    const standings = await readStandings(byKey, await readLines(byKey), () => window);
    return standings.map(({ out }) => out);
  };

  it('counts what is out as far as its window goes', async () => {
    expect(await outWithin(2 * JOBS)).toEqual([JOBS]);
    expect(await outWithin(JOBS - 2)).toEqual([JOBS - 2]);
  });

  it('counts nothing for a window without a bound', async () => {
    expect(await outWithin(Number.POSITIVE_INFINITY)).toEqual([0]);
  });

  it('counts a retry when its time has come, and not before', async () => {
    const retry = (at: string): Promise<unknown> =>
      ledger.database.query(
        `UPDATE jobs SET status = 'retrying', next_attempt_at = now() + $1::interval WHERE id = (SELECT min(id::text)::uuid FROM jobs)`,
        [at],
      );
    await retry('1 hour');
    expect(await outWithin(2 * JOBS)).toEqual([JOBS - 1]);
    await retry('-1 second');
    expect(await outWithin(2 * JOBS)).toEqual([JOBS]);
  });
});
