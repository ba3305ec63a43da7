import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { uuidv7 } from 'uuidv7';
import { type RunReport } from '#libs/contracts';
import { IDLE_DISPATCH } from '../testing/idle-dispatch.js';
import { DONE, randomFrom, REJECT } from '../testing/job-reports.js';
import { newJob } from '../testing/new-job.js';
import { type RealLedger, startRealLedger } from '../testing/real-ledger.js';
import { BatchStore } from './batch-store.js';
import { Database } from './database.js';
import { EndingStore, type MakeFollower } from './ending-store.js';
import { type End, type FollowUp } from './follow-up.js';
import { JobStore } from './job-store.js';
import { ReportStore } from './report-store.js';

const START_MS = 60_000;
const HISTORIES = 60;

/** Two gateways on one ledger, each with connections of its own. */
describe('ends of jobs and batches', () => {
  let ledger: RealLedger;
  let other: Database;
  let gateways: readonly [Gateway, Gateway];
  let jobs: JobStore;
  let batches: BatchStore;

  beforeAll(async () => {
    ledger = await startRealLedger();
    other = new Database(ledger.url);
    gateways = [new Gateway(ledger.database), new Gateway(other)];
    jobs = new JobStore(ledger.database, IDLE_DISPATCH);
    batches = new BatchStore(ledger.database, IDLE_DISPATCH);
  }, START_MS);

  afterAll(async () => {
    await other.close();
    await ledger.stop();
  });

  const followUp = (on: End = 'completed'): FollowUp => ({
    ...{ id: uuidv7(), position: 0, on, spawned: false, task: 'lab.noop', request: {}, traceparent: null },
  });
  const enter = async (then: readonly FollowUp[]): Promise<string> => (await jobs.accept(newJob({ then }))).job.id;
  const enterBatch = async (size: number): Promise<{ id: string; jobIds: readonly string[] }> => {
    const id = uuidv7();
    const members = Array.from({ length: size }, () => newJob({ batchId: id }));
    const { jobIds } = await batches.enter({ id, tenant: 'default', jobs: members, then: [followUp('final')] }, null);
    return { id, jobIds };
  };
  const followersOf = async (id: string): Promise<number> => {
    const rows = await ledger.database.query('SELECT 1 FROM jobs WHERE parent_id = $1 OR follows_batch = $1', [id]);
    return rows.length;
  };
  const notes = async (): Promise<number> => (await ledger.database.query('SELECT 1 FROM endings')).length;
  const settle = async (): Promise<void> => {
    while ((await notes()) > 0) await gateways[0].follow();
  };

  it('are followed once, whatever order reports come in, how often, and who looks', async () => {
    const [a, b] = gateways;
    for (let seed = 1; seed <= HISTORIES; seed += 1) {
      const random = randomFrom(seed);
      const parents = await Promise.all(Array.from({ length: 3 }, () => enter([followUp(), followUp('final')])));
      const told = shuffled(parents.flatMap(historyOf), random);
      const half = Math.floor(random() * told.length);
      await Promise.all([a.report(told.slice(0, half)), b.report(told.slice(half)), a.follow(), b.follow()]);
      await Promise.all([a.report(shuffled(told, random)), b.follow(), a.follow()]);
      await settle();
      const found = await Promise.all(parents.map(followersOf));
      if (found.some((count) => count !== 2)) throw new Error(`Seed ${seed}: ${found.join(', ')} instead of 2 each.`);
    }
  });

  it('of the last two jobs of a batch are one end, when two gateways bring them about at once', async () => {
    const [a, b] = gateways;
    for (let round = 0; round < HISTORIES; round += 1) {
      const { id, jobIds } = await enterBatch(2);
      const [one = '', two = ''] = jobIds;
      const through = async (gateway: Gateway, job: string): Promise<void> => {
        await gateway.report([ended(job)]);
        await gateway.follow();
      };
      await Promise.all([through(a, one), through(b, two)]);
      expect([await notes(), await followersOf(id)]).toEqual([0, 1]);
    }
  });

  it('of many jobs of a batch that end together leave one note of it', async () => {
    const { id, jobIds } = await enterBatch(50);
    const followed = await enter([followUp()]);
    await gateways[0].report([...jobIds, followed].map(ended));
    const left = await ledger.database.query('SELECT job_id, batch_id FROM endings ORDER BY job_id, batch_id');
    const own = { job_id: null, batch_id: followed };
    expect(left).toHaveLength(3);
    expect(left).toEqual(
      expect.arrayContaining([{ job_id: followed, batch_id: null }, own, { job_id: null, batch_id: id }]),
    );
    await settle();
    expect(await Promise.all([id, followed].map(followersOf))).toEqual([1, 1]);
  });

  it('are not missed when the last two jobs end in transactions that do not see each other', async () => {
    const { id, jobIds } = await enterBatch(2);
    const [one = '', two = ''] = jobIds;
    await other.transaction(async (transaction) => {
      await transaction.query("UPDATE jobs SET status = 'cancelled', completed_at = now() WHERE id = $1", [one]);
      await gateways[0].report([ended(two)]);
      await gateways[0].follow();
      expect([await notes(), await followersOf(id)]).toEqual([0, 0]);
    });
    await gateways[0].follow();
    expect(await followersOf(id)).toBe(1);
  });

  it('are seen to by another gateway when one dies in between', async () => {
    const job = await enter([followUp()]);
    const { id, jobIds } = await enterBatch(1);
    await gateways[0].report([ended(job), ...jobIds.map(ended)]);
    const dying = new Gateway(other, () => Promise.reject(new Error('killed')));
    await expect(dying.endings.follow(dying.make, false)).rejects.toThrow('killed');
    expect(await Promise.all([job, id].map(followersOf))).toEqual([0, 0]);
    await gateways[1].follow();
    expect(await Promise.all([job, id].map(followersOf))).toEqual([1, 1]);
  });

  it('of a large batch are looked at many at a time', async () => {
    const { id, jobIds } = await enterBatch(2_500);
    await gateways[0].report(jobIds.map(ended));
    const looks = await gateways[0].follow();
    expect([looks <= 5, await followersOf(id)]).toEqual([true, 1]);
  });

  it('of jobs whose batch has open ones need one statement and no transaction', async () => {
    const { id, jobIds } = await enterBatch(3);
    const endings = new EndingStore({
      queryByKey: (sql, values) => ledger.database.queryByKey(sql, values),
      transaction: () => Promise.reject(new Error('a transaction')),
    });
    const [one = '', two = '', three = ''] = jobIds;
    await gateways[0].report([one, two].map(ended));
    expect(await endings.follow(gateways[0].make, false)).toEqual({ mayBeMore: false, followers: [] });
    expect([await notes(), await followersOf(id)]).toEqual([0, 0]);
    await gateways[0].report([ended(three)]);
    await expect(endings.follow(gateways[0].make, false)).rejects.toThrow('a transaction');
    await gateways[0].follow();
    expect(await followersOf(id)).toBe(1);
  });

  it('are looked at to the last note, also when more were left than are looked at together', async () => {
    const { id } = await enterBatch(1);
    await ledger.database.query('INSERT INTO endings (batch_id) SELECT $1::uuid FROM generate_series(1, 1001)', [id]);
    expect([await gateways[0].follow(), await notes(), await followersOf(id)]).toEqual([2, 0, 0]);
  });

  it('leave no note when nothing follows', async () => {
    await gateways[0].report([ended(await enter([]))]);
    expect(await notes()).toBe(0);
  });

  it('hold up no other when a follower cannot be stored', async () => {
    const [bad, good] = [followUp(), followUp()];
    const parents = [await enter([bad]), await enter([good])];
    await gateways[0].report(parents.map(ended));
    const make: MakeFollower = async (due) => ({
      ...{ job: newJob({ id: due.id, parentId: due.job?.id ?? null }), failure: null },
      ...(due.id === bad.id
        ? { job: newJob({ id: bad.id, payload: '{"a":"\\u0000', parentId: due.job?.id ?? null }) }
        : {}),
    });
    await gateways[0].endings.follow(make, false);
    const [broken, sound] = await Promise.all([bad.id, good.id].map((id) => jobs.find(id, null)));
    expect(broken).toMatchObject({ status: 'failed', payload: null, error: { code: 'invalid_payload' } });
    expect(sound).toMatchObject({ status: 'queued' });
  });
});

class Gateway {
  readonly endings: EndingStore;
  readonly #reports: ReportStore;

  constructor(
    database: Database,
    readonly make: MakeFollower = async ({ id, job, batch }) => ({
      job: newJob({ id, parentId: job?.id ?? null, followsBatch: batch?.id ?? null }),
      failure: null,
    }),
  ) {
    this.endings = new EndingStore(database);
    this.#reports = new ReportStore(database);
  }

  async report(reports: readonly RunReport[]): Promise<void> {
    await this.#reports.apply(reports.map((report) => ({ domain: 'lab', report })));
  }

  /** Looks until it has seen to every end that nobody else has in hand. Returns how often it looked. */
  async follow(): Promise<number> {
    for (let looks = 1; ; looks += 1) {
      if (!(await this.endings.follow(this.make, false)).mayBeMore) return looks;
    }
  }
}

function ended(job: string): RunReport {
  return endedAs(job, 1, DONE);
}

function endedAs(job: string, run: number, outcome: typeof DONE): RunReport {
  const times = { startedAt: '2026-01-01T00:00:00.000Z', durationMs: 5 };
  return { type: 'ended', job, run, worker: 'lab@test', attempt: run, ...times, outcome };
}

/** Two runs of a job, of which both have ended, and a failure of one that has been given up. */
function historyOf(job: string): RunReport[] {
  const started: RunReport = {
    type: 'started',
    job,
    run: 1,
    worker: 'lab@test',
    attempt: 1,
    at: '2026-01-01T00:00:00.000Z',
  };
  return [started, ended(job), ended(job), endedAs(job, 2, DONE), endedAs(job, 3, REJECT)];
}

function shuffled<T>(list: readonly T[], random: () => number): T[] {
  return list
    .map((item) => ({ item, at: random() }))
    .sort((x, y) => x.at - y.at)
    .map(({ item }) => item);
}
