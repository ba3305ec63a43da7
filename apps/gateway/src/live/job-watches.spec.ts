import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createTelemetry } from '#libs/observability';
import { ChangeStore } from '../ledger/change-store.js';
import { Database } from '../ledger/database.js';
import { JobSteering } from '../ledger/job-steering.js';
import { JobStore } from '../ledger/job-store.js';
import { IDLE_DISPATCH } from '../testing/idle-dispatch.js';
import { newJob } from '../testing/new-job.js';
import { type RealLedger, startRealLedger } from '../testing/real-ledger.js';
import { JobWatches } from './job-watches.js';

describe('changes of jobs', () => {
  let ledger: RealLedger;
  let jobs: JobStore;
  let steering: JobSteering;
  beforeAll(async () => {
    ledger = await startRealLedger();
    jobs = new JobStore(ledger.database, IDLE_DISPATCH);
    steering = new JobSteering(ledger.database, IDLE_DISPATCH);
  });
  afterAll(() => ledger.stop());

  const watchesOn = (database: Database): JobWatches =>
    new JobWatches({
      changes: new ChangeStore(database),
      telemetry: createTelemetry({ service: 'gateway', level: 'silent' }),
      lookEveryMs: 50,
    });
  const entered = async (): Promise<string> => (await jobs.accept(newJob())).job.id;

  it('are told after the commit, whoever wrote them', async () => {
    const told: [string, string, number][] = [];
    ledger.database.onJobChanges((changes) => {
      for (const { id, status, version } of changes) told.push([id, status, version]);
    });
    const [one, two] = [await entered(), await entered()];
    await steering.cancel([one, two]);
    expect(told.sort()).toEqual([one, two].map((id) => [id, 'cancelled', 2]).sort());
    await ledger.database.query('UPDATE jobs SET version = version + 1 WHERE id = $1', [one]);
    expect(told.at(-1)).toEqual([one, 'cancelled', 3]);
  });

  it('are not told when they are rolled back', async () => {
    const id = await entered();
    const told: string[] = [];
    ledger.database.onJobChanges((changes) => told.push(...changes.map(({ status }) => status)));
    const work = ledger.database.transaction(async (transaction) => {
      await transaction.query('UPDATE jobs SET version = version + 1 WHERE id = $1', [id]);
      throw new Error('no');
    });
    await expect(work).rejects.toThrow('no');
    await steering.cancel([id]);
    expect(told).toEqual(['cancelled']);
  });

  it('reach those who watch in another gateway also when nobody tells it', async () => {
    const other = new Database(ledger.url);
    const watches = watchesOn(other);
    const id = await entered();
    const watch = watches.open(id);
    expect(await watch.next()).toMatchObject({ version: 1, status: 'queued' });
    await steering.cancel([id]);
    expect(await watch.next()).toMatchObject({ version: 2, status: 'cancelled' });
    watches.end();
    await other.close();
  });

  it('end for those who watch a job that is gone', async () => {
    const watches = watchesOn(ledger.database);
    const watch = watches.open('01970000-0000-7000-8000-000000000000');
    expect(await watch.next()).toBeUndefined();
    watches.end();
  });

  it('are nobody’s any more once a gateway ends', async () => {
    const watches = watchesOn(ledger.database);
    const before = watches.open(await entered());
    watches.end();
    const after = watches.open(await entered());
    expect([before.isOver, after.isOver]).toEqual([true, true]);
  });
});
