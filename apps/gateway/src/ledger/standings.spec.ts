import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { IDLE_DISPATCH } from '../testing/idle-dispatch.js';
import { newJob } from '../testing/new-job.js';
import { type RealLedger, startRealLedger } from '../testing/real-ledger.js';
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
    const standings = await readStandings(ledger.database, await readLines(ledger.database), () => window);
    return standings.map(({ out }) => out);
  };

  it('counts what is out as far as its window goes', async () => {
    expect(await outWithin(2 * JOBS)).toEqual([JOBS]);
    expect(await outWithin(JOBS - 2)).toEqual([JOBS - 2]);
  });

  it('counts nothing for a window without a bound', async () => {
    expect(await outWithin(Number.POSITIVE_INFINITY)).toEqual([0]);
  });
});
