import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createTelemetry, type Telemetry } from '#libs/observability';
import { JobStore } from '../ledger/job-store.js';
import { QueueStore } from '../ledger/queue-store.js';
import { storesOn } from '../ledger/stores.js';
import { reconcilerTimes } from '../reconciler/times.js';
import { IDLE_DISPATCH } from '../testing/idle-dispatch.js';
import { newJob } from '../testing/new-job.js';
import { type RealLedger, startRealLedger } from '../testing/real-ledger.js';
import { registerLedgerGauges } from './ledger-gauges.js';

const START_MS = 60_000;

describe('the gauges of the ledger', () => {
  let ledger: RealLedger;
  let telemetry: Telemetry;

  beforeAll(async () => {
    ledger = await startRealLedger();
    const { database } = ledger;
    await database.query(
      `INSERT INTO domains (name, queue_key, queue_type, queue_number) VALUES ('lab', 'lab.classic-1', 'classic', 1)`,
    );
    telemetry = createTelemetry({ service: 'gateway', level: 'silent' });
    registerLedgerGauges(
      telemetry,
      storesOn(database, reconcilerTimes(60_000)),
      new QueueStore(database, IDLE_DISPATCH),
    );
    await new JobStore(database, IDLE_DISPATCH).accept(newJob());
    await database.query(`UPDATE jobs SET queued_at = now() - interval '1 minute'`);
  }, START_MS);

  afterAll(() => ledger.stop());

  const valueOf = async (name: string, labels: string): Promise<number> => {
    const text = await telemetry.registry.getSingleMetricAsString(name);
    return Number(new RegExp(`^${name}${labels} (\\S+)$`, 'm').exec(text)?.[1]);
  };

  it('count the jobs of a queue by status, and how long the oldest waits', async () => {
    await expect(valueOf('leveret_queue_jobs', '{queue="lab",status="queued"}')).resolves.toBe(1);
    await expect(valueOf('leveret_queue_jobs', '{queue="lab",status="running"}')).resolves.toBe(0);
    await expect(valueOf('leveret_queue_oldest_waiting_seconds', '{queue="lab"}')).resolves.toBeGreaterThanOrEqual(60);
  });

  it('say of a queue how many workers it has and whether it is paused', async () => {
    await expect(valueOf('leveret_queue_workers', '{queue="lab"}')).resolves.toBe(0);
    await expect(valueOf('leveret_queue_paused', '{queue="lab"}')).resolves.toBe(0);
    await ledger.database.query(`INSERT INTO queue_settings (queue, paused, version) VALUES ('lab', true, 1)`);
    await expect(valueOf('leveret_queue_paused', '{queue="lab"}')).resolves.toBe(1);
  });

  it('tell messages that somebody sends from those that are free, and from those that no queue takes', async () => {
    const idle = async (): Promise<number[]> => [
      await valueOf('leveret_outbox_idle_rows', '{state="free"}'),
      await valueOf('leveret_outbox_idle_rows', '{state="parked"}'),
    ];
    await expect(idle()).resolves.toEqual([1, 0]);
    await ledger.database.query(`UPDATE outbox SET free_at = now() + interval '1 minute'`);
    await expect(idle()).resolves.toEqual([0, 0]);
    await ledger.database.query(
      `UPDATE outbox SET free_at = now() + interval '1 minute', parked_reason = 'unroutable'`,
    );
    await expect(idle()).resolves.toEqual([0, 1]);
  });
});
