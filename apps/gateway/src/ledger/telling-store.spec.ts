import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type LogReport, type ProgressReport } from '#libs/contracts';
import { IDLE_DISPATCH } from '../testing/idle-dispatch.js';
import { newJob } from '../testing/new-job.js';
import { type RealLedger, startRealLedger } from '../testing/real-ledger.js';
import { JobStore } from './job-store.js';
import { TellingStore } from './telling-store.js';

const START_MS = 60_000;
const TOO_LARGE = 2 ** 31;

describe('TellingStore', () => {
  let ledger: RealLedger;
  let jobs: JobStore;
  let telling: TellingStore;

  beforeAll(async () => {
    ledger = await startRealLedger();
    jobs = new JobStore(ledger.database, IDLE_DISPATCH);
    telling = new TellingStore(ledger.database);
  }, START_MS);

  afterAll(() => ledger.stop());

  const enter = async (): Promise<string> => (await jobs.accept(newJob())).job.id;
  const progress = (job: string, changes: Partial<ProgressReport> = {}): ProgressReport => ({
    ...{ type: 'progress', job, run: 1, worker: 'lab@w', seq: 1, percent: 40, message: null },
    ...changes,
  });
  const line = (job: string, changes: Partial<LogReport> = {}): LogReport => ({
    ...{ type: 'log', job, run: 1, worker: 'lab@w', seq: 1, attempt: 1, level: 'info', message: 'm', fields: {} },
    ...{ at: '2026-01-01T00:00:00.000Z' },
    ...changes,
  });

  it('leaves out what the ledger cannot hold, and takes the rest of the batch', async () => {
    const [good, bad] = [await enter(), await enter()];
    await telling.progress('lab', [progress(bad, { run: TOO_LARGE }), progress(good), progress('no id')]);
    expect((await jobs.find(good, null))?.progress).toEqual({ percent: 40, message: null });
    expect((await jobs.find(bad, null))?.progress).toEqual({ percent: 0, message: null });
    await telling.log('lab', [line(bad, { run: TOO_LARGE }), line(bad, { attempt: TOO_LARGE }), line(good)]);
    const page = { limit: 10, after: null };
    expect(await telling.lines(bad, page)).toEqual([]);
    expect(await telling.lines(good, page)).toMatchObject([{ message: 'm', at: '2026-01-01T00:00:00.000Z' }]);
  });

  it.each(['yesterday', '-200000-01-01T00:00:00Z', '+200000-01-01T00:00:00Z'])(
    'puts its own time in the place of %s',
    async (at) => {
      const id = await enter();
      const before = Date.now();
      await telling.log('lab', [line(id, { at })]);
      const [logged] = await telling.lines(id, { limit: 1, after: null });
      expect(Date.parse(logged?.at ?? '')).toBeGreaterThanOrEqual(before);
      expect(Date.parse(logged?.at ?? '')).toBeLessThanOrEqual(Date.now());
    },
  );
});
