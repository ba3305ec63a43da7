import { EventEmitter, once } from 'node:events';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { uuidv7 } from 'uuidv7';
import { createTelemetry } from '#libs/observability';
import { type Database } from '../ledger/database.js';
import { JobSteering } from '../ledger/job-steering.js';
import { JobStore } from '../ledger/job-store.js';
import { type NewJob } from '../ledger/new-job.js';
import { type Removal, RetentionStore } from '../ledger/retention-store.js';
import { IDLE_DISPATCH } from '../testing/idle-dispatch.js';
import { newJob } from '../testing/new-job.js';
import { type RealLedger, startRealLedger } from '../testing/real-ledger.js';
import { type Chore, choresOf } from './chores.js';
import { Retention } from './retention.js';

const WEEK = 7 * 86_400_000;
const KEPT = {
  jobs: { completed: WEEK, failed: WEEK, cancelled: WEEK },
  ...{ uploadsMs: WEEK, eventsMs: WEEK, historyMs: WEEK },
};

describe('retention of jobs', () => {
  let ledger: RealLedger;
  let database: Database;
  let jobs: JobStore;
  const telemetry = createTelemetry({ service: 'gateway', level: 'silent' });

  beforeAll(async () => {
    ledger = await startRealLedger();
    ({ database } = ledger);
    jobs = new JobStore(database, IDLE_DISPATCH);
  }, 60_000);

  afterAll(() => ledger.stop());

  beforeEach(async () => {
    for (const table of ['jobs', 'outbox', 'batches', 'endings']) await database.query(`DELETE FROM ${table}`);
  });

  const chores = (removeAll: (prefix: string) => Promise<number> = () => Promise.resolve(0)): readonly Chore[] =>
    choresOf(KEPT, new RetentionStore(database), { remove: () => Promise.resolve(true), removeAll });
  const round = (removeAll?: (prefix: string) => Promise<number>): Promise<void> =>
    new Retention(chores(removeAll), telemetry).round();
  const end = async (id: string, daysAgo: number): Promise<void> => {
    await database.query(
      `UPDATE jobs SET status = 'completed', completed_at = now() - $2 * interval '1 day',
         created_at = now() - $2 * interval '1 day' WHERE id = $1`,
      [id, daysAgo],
    );
  };
  const ended = async (daysAgo: number, changes: Partial<NewJob> = {}): Promise<string> => {
    const { job } = await jobs.accept(newJob(changes));
    await end(job.id, daysAgo);
    return job.id;
  };
  const there = async (id: string): Promise<boolean> => (await jobs.find(id, null)) !== undefined;

  it('keeps what belongs to a batch until the batch has come to its end', async () => {
    const batchId = uuidv7();
    await database.query("INSERT INTO batches (id, tenant, total) VALUES ($1, 'default', 2)", [batchId]);
    const id = await ended(8, { batchId });
    const { job: open } = await jobs.accept(newJob({ batchId }));
    await round();
    expect(await there(id)).toBe(true);
    await end(open.id, 0);
    await round();
    expect(await there(id)).toBe(true);
    await database.query('UPDATE batches SET completed_at = now() WHERE id = $1', [batchId]);
    await round();
    expect([await there(id), await there(open.id)]).toEqual([false, true]);
  });

  it('keeps the others of a batch while one of its jobs runs again', async () => {
    const batchId = uuidv7();
    await database.query(
      "INSERT INTO batches (id, tenant, total, completed_at) VALUES ($1, 'default', 2, now() - interval '8 days')",
      [batchId],
    );
    const id = await ended(8, { batchId });
    await jobs.accept(newJob({ batchId }));
    await round();
    expect(await there(id)).toBe(true);
  });

  it('keeps a job until all has ended that has come of it, also what it has spawned', async () => {
    const first = await ended(8);
    const second = await ended(8, { parentId: first });
    const { job: third } = await jobs.accept(newJob({ parentId: second }));
    const spawner = await ended(8);
    await database.query("INSERT INTO batches (id, tenant, total, expected) VALUES ($1, 'default', 0, 1)", [spawner]);
    const noted = await ended(8);
    await database.query('UPDATE jobs SET leads_on = true WHERE id = $1', [noted]);
    await database.query("INSERT INTO endings (job_id, status) VALUES ($1, 'completed')", [noted]);
    const present = (): Promise<boolean[]> => Promise.all([first, second, spawner, noted].map(there));
    await round();
    expect(await present()).toEqual([true, true, true, true]);
    await end(third.id, 0);
    await database.query('UPDATE batches SET completed_at = now() WHERE id = $1', [spawner]);
    await database.query('DELETE FROM endings');
    await round();
    expect(await present()).toEqual([false, false, false, false]);
  });

  it('comes to what is free behind any number of jobs that are kept, and looks at each of those once on the way', async () => {
    const kept = await ended(9);
    await database.query("UPDATE jobs SET unique_until = now() + interval '1 day' WHERE id = $1", [kept]);
    await database.query(
      `INSERT INTO jobs SELECT (jsonb_populate_record(jobs, jsonb_build_object('id', gen_random_uuid()))).*
       FROM jobs CROSS JOIN generate_series(1, 199) WHERE jobs.id = $1`,
      [kept],
    );
    const free = [await ended(8), await ended(8)];
    const [completed] = chores();
    const sweep = async (): Promise<Removal[]> => {
      const removals: Removal[] = [];
      do {
        const { looked = 0, removed = 0 } = (await completed?.remove(50)) ?? {};
        removals.push({ looked, removed });
      } while (removals.at(-1)?.looked === 50);
      return removals;
    };
    const inVain = Array.from({ length: 4 }, () => ({ looked: 50, removed: 0 }));
    expect(await sweep()).toEqual([...inVain, { looked: 2, removed: 2 }]);
    expect(await Promise.all(free.map(there))).toEqual([false, false]);
    await database.query('UPDATE jobs SET unique_until = NULL WHERE id = $1', [kept]);
    const again = await sweep();
    expect(again.reduce((sum, { removed }) => sum + removed, 0)).toBe(1);
    expect(await there(kept)).toBe(false);
  });

  it('keeps the latest 32 generations before an open job, and removes those before them', async () => {
    const chain = [await ended(8)];
    while (chain.length < 40) chain.push(await ended(8, { parentId: chain.at(-1) ?? null }));
    await jobs.accept(newJob({ parentId: chain.at(-1) ?? null }));
    await round();
    expect(await Promise.all(chain.map(there))).toEqual(chain.map((_, place) => place >= 40 - 32));
  });

  it('is in the way of nobody who accepts, lists or deletes jobs meanwhile', async () => {
    const old = await ended(8);
    const other = await ended(1);
    const storage = new EventEmitter();
    const asked = once(storage, 'asked');
    const working = round(async () => {
      const answered = once(storage, 'answer');
      storage.emit('asked');
      await answered;
      return 0;
    });
    await asked;
    const { job } = await jobs.accept(newJob());
    const list = async (): Promise<string[]> => (await jobs.list({}, { limit: 10, after: null })).map(({ id }) => id);
    expect(await list()).toEqual([job.id, other, old]);
    expect(await new JobSteering(database, IDLE_DISPATCH).remove(other, () => Promise.resolve())).toBeUndefined();
    storage.emit('answer');
    await working;
    expect(await list()).toEqual([job.id]);
  });

  it('takes less at once after a portion that was in vain, and more again later', async () => {
    const asked: number[] = [];
    const chore: Chore = {
      ...{ what: 'things', portion: 100 },
      remove: (portion) => {
        asked.push(portion);
        return asked.length <= 2
          ? Promise.reject(new Error('Too much at once.'))
          : Promise.resolve({ looked: 0, removed: 0 });
      },
    };
    const retention = new Retention([chore], telemetry);
    for (let rounds = 0; rounds < 5; rounds += 1) await retention.round();
    expect(asked).toEqual([100, 50, 25, 50, 100]);
  });
});
