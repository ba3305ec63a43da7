import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { IDLE_DISPATCH } from '../testing/idle-dispatch.js';
import { newJob } from '../testing/new-job.js';
import { type RealLedger, startRealLedger } from '../testing/real-ledger.js';
import { HeldStore } from './held-store.js';
import { JobStore } from './job-store.js';

const START_MS = 60_000;

describe('jobs that are let go', () => {
  let ledger: RealLedger;
  let jobs: JobStore;
  let held: HeldStore;

  beforeAll(async () => {
    ledger = await startRealLedger();
    jobs = new JobStore(ledger.database, { ...IDLE_DISPATCH, admits: () => false });
    held = new HeldStore(ledger.database);
  }, START_MS);

  afterAll(() => ledger.stop());

  const accept = async (priority: number): Promise<string> => (await jobs.accept(newJob({ priority }))).job.id;
  /** Lets go whose turn it is. Returns which have a message to send, in its order. */
  const letGo = async (): Promise<readonly string[]> => {
    const { released } = await held.look({ windowOf: () => 100, most: 100, claimed: false, random: () => 0 });
    const rows = await ledger.database.query<{ job_id: string }>(
      'SELECT job_id FROM outbox WHERE id = ANY($1::bigint[]) ORDER BY id',
      [released],
    );
    return rows.map(({ job_id }) => job_id);
  };

  it('are sent in the order of their turns, without one that another has in hand, which comes when that is done', async () => {
    const [middle, high, low, busy] = [await accept(5), await accept(9), await accept(1), await accept(6)];
    await ledger.database.transaction(async (transaction) => {
      await transaction.query('SELECT FROM jobs WHERE id = $1 FOR UPDATE', [busy]);
      expect(await letGo()).toEqual([high, middle, low]);
    });
    expect(await letGo()).toEqual([busy]);
    expect(await letGo()).toEqual([]);
  });
});
