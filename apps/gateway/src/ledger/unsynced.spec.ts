import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../../../../test/support/eventually.js';
import { IDLE_DISPATCH } from '../testing/idle-dispatch.js';
import { newJob } from '../testing/new-job.js';
import { type RealLedger, startRealLedger } from '../testing/real-ledger.js';
import { JobStore } from './job-store.js';
import { OutboxStore } from './outbox-store.js';

const START_MS = 60_000;
/** Writes to the disk what commits have not waited for. */
const BACKGROUND_WRITER = "SELECT pid FROM pg_stat_activity WHERE backend_type = 'walwriter'";

describe('a confirmation that was not synced', () => {
  let ledger: RealLedger;
  let jobs: JobStore;
  let outbox: OutboxStore;

  beforeAll(async () => {
    ledger = await startRealLedger();
    jobs = new JobStore(ledger.database, IDLE_DISPATCH);
    outbox = new OutboxStore(ledger.database);
    await ledger.database.query(
      "INSERT INTO domains (name, queue_key, queue_type, queue_number) VALUES ('lab', 'lab.classic-1', 'classic', 1)",
    );
  }, START_MS);

  afterAll(() => ledger.stop());

  const writer = async (): Promise<number> => {
    const [row] = await ledger.database.query<{ pid: number }>(BACKGROUND_WRITER);
    if (row === undefined) throw new Error('The database has no such process.');
    return row.pid;
  };
  /** Runs something while nothing is written in the background, then kills a process of the database: it loses what is not on the disk. */
  const beforeCrash = async (work: () => Promise<void>): Promise<void> => {
    const pid = await writer();
    process.kill(pid, 'SIGSTOP');
    try {
      await work();
    } finally {
      process.kill(pid, 'SIGKILL');
    }
    await eventually('the database', async () => (await writer().catch(() => pid)) !== pid || undefined);
  };
  const confirmed = async (): Promise<string> => {
    const { job } = await jobs.accept(newJob());
    const ids = (await outbox.claim(10)).map(({ id }) => id);
    await outbox.confirm(ids);
    expect(await outbox.size()).toBe(0);
    return job.id;
  };
  const left = async (): Promise<string[]> => {
    await ledger.database.query("UPDATE outbox SET free_at = '-infinity'"); // the claim has run out
    return (await outbox.claim(10)).flatMap((entry) => (entry.kind === 'work' ? [entry.order.jobId] : []));
  };

  it('may be lost in a crash of the database: then the message is sent again', async () => {
    let job = '';
    await beforeCrash(async () => {
      job = await confirmed();
    });
    expect(await left()).toEqual([job]);
  });

  it('is not lost when something was committed behind it', async () => {
    await ledger.database.query('DELETE FROM outbox');
    let later = '';
    await beforeCrash(async () => {
      await confirmed();
      later = (await jobs.accept(newJob())).job.id;
    });
    expect(await left()).toEqual([later]);
  });
});
