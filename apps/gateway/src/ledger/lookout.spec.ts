import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type RealLedger, startRealLedger } from '../testing/real-ledger.js';
import { Database } from './database.js';
import { Lookout } from './lookout.js';

const START_MS = 60_000;

describe('a lookout', () => {
  let ledger: RealLedger;

  beforeAll(async () => {
    ledger = await startRealLedger();
  }, START_MS);
  afterAll(() => ledger.stop());

  it('wakes who does the work that lies in the ledger, again and again until it is done, and nobody else', async () => {
    const lookout = new Lookout(ledger.database);
    const woken: string[] = [];
    const twice = new Promise<void>((resolve) => {
      lookout.on('deliveries', () => {
        if (woken.push('deliveries') === 2) resolve();
      });
    });
    for (const work of ['facts', 'endings', 'events', 'redrives', 'removals'] as const)
      lookout.on(work, () => woken.push(work));
    await ledger.database.query(
      "INSERT INTO ends_to_deliver (job_id, version, status, attempt, ended_at) VALUES (gen_random_uuid(), 1, 'completed', 1, now())",
    );
    lookout.start();
    await twice;
    await lookout.stop();
    expect(woken).toEqual(['deliveries', 'deliveries']);
  });

  it.each([
    [
      'redrives',
      "INSERT INTO redrives (id, selection, canary, rate, state, total) VALUES (gen_random_uuid(), '{}', 1, 1, 'canary', 1)",
    ],
    ['removals', "INSERT INTO dead_letter_removals (queue) VALUES ('lab')"],
  ] as const)('finds %s that nobody of this process has begun', async (work, begin) => {
    const lookout = new Lookout(ledger.database);
    await ledger.database.query(begin);
    await new Promise<void>((resolve) => {
      lookout.on(work, resolve);
      lookout.start();
    });
    await lookout.stop();
  });

  it('goes on when the ledger is there again', async () => {
    let answers = 0;
    const away = new Database(ledger.url);
    const lookout = new Lookout({
      queryByKey: async (sql) => {
        answers += 1;
        if (answers === 1) throw new Error('The ledger is away.');
        return away.queryByKey(sql);
      },
    });
    await new Promise<void>((resolve) => {
      lookout.on('deliveries', resolve);
      lookout.start();
    });
    await lookout.stop();
    await away.close();
    expect(answers).toBe(2);
  });
});
