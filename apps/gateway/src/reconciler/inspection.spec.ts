import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { MAX_PRIORITY } from '#libs/contracts';
import { createTelemetry } from '#libs/observability';
import { OldVoidStore } from '../ledger/old-void-store.js';
import { ProbeStore } from '../ledger/probe-store.js';
import { SuspectStore } from '../ledger/suspect-store.js';
import { type RealLedger, startRealLedger } from '../testing/real-ledger.js';
import { Inspection } from './inspection.js';
import { reconcilerTimes } from './times.js';

const START_MS = 60_000;
const WORKER = 'lab@w';

describe('Inspection of old voids', () => {
  // What has to be waited for is proof.spec's business.
  const times = { ...reconcilerTimes(60_000), watchMs: 0, gapMs: 0, settleMs: 0 };
  let ledger: RealLedger;
  let probes: ProbeStore;
  let inspection: Inspection;
  /** Probes that are out, by priority. */
  const out = new Map<number, string>();

  beforeAll(async () => {
    ledger = await startRealLedger();
    probes = new ProbeStore(ledger.database);
    inspection = new Inspection({
      suspects: new SuspectStore(ledger.database, times),
      oldVoids: new OldVoidStore(ledger.database, times),
      probes,
      prober: {
        probe: async (way) => {
          const id = randomUUID();
          await probes.send({ id, ...way });
          out.set(way.priority, id);
        },
      },
      dispatch: { wake: () => undefined },
      telemetry: createTelemetry({ service: 'gateway', level: 'silent' }),
      times,
    });
    await ledger.database.query(
      `INSERT INTO domains (name, queue_key, queue_type, queue_number) VALUES ('lab', 'lab.classic-1', 'classic', 1)`,
    );
  }, START_MS);

  beforeEach(async () => {
    for (const table of ['voids', 'probes', 'workers', 'outbox']) await ledger.database.query(`TRUNCATE ${table}`);
    out.clear();
  });

  afterAll(() => ledger.stop());

  const voided = async (age: string): Promise<string> => {
    const job = randomUUID();
    await ledger.database.query(
      `INSERT INTO voids (job_id, run, queue, since) VALUES ($1, 1, 'lab', now() - $2::text::interval)`,
      [job, age],
    );
    return job;
  };
  const inForce = async (): Promise<unknown[]> =>
    (await ledger.database.query('SELECT job_id FROM voids ORDER BY since')).map(({ job_id }) => job_id);
  const heard = async (runs: readonly object[] = []): Promise<void> => {
    await ledger.database.query(
      `INSERT INTO workers (domain, id, app_version, concurrency, runs, seq, heard_at)
       VALUES ('lab', '${WORKER}', '1', 1, $1::text::jsonb, 1, clock_timestamp())
       ON CONFLICT (domain, id) DO UPDATE SET runs = excluded.runs, heard_at = excluded.heard_at`,
      [JSON.stringify(runs)],
    );
  };
  /** Probes of every priority but those that are kept back come back, and the worker is heard after that. */
  const look = async ({ keptBack = [] as number[], runs = [] as object[] } = {}): Promise<boolean> => {
    await heard(runs);
    const suspicious = await inspection.look();
    await inspection.act(Date.now() + 60_000);
    const back = [...out].filter(([priority]) => !keptBack.includes(priority));
    for (const [priority] of back) out.delete(priority);
    await probes.answered(back.map(([, id]) => id));
    return suspicious;
  };

  it('ends a void when two probes of every priority have come back, and not before', async () => {
    const job = await voided('31 min');
    const [lowest, highest] = [0, MAX_PRIORITY];
    await look({ keptBack: [lowest] });
    for (let count = 0; count < 3; count += 1) await look({ keptBack: [lowest] });
    expect([...out.keys()]).toEqual([lowest]);
    expect(await inForce()).toEqual([job]);
    await look({ keptBack: [highest] });
    for (let count = 0; count < 3; count += 1) await look();
    expect(await inForce()).toEqual([]);
    expect(await look()).toBe(false);
    expect(await probes.list()).toEqual([]);
  });

  it('leaves alone what may still come: a young void, one whose message waits, one that a worker has in hand', async () => {
    const held = await voided('33 min');
    const unsent = await voided('32 min');
    const young = await voided('29 min');
    await ledger.database.query(
      `INSERT INTO outbox (kind, job_id, run, free_at, taken) VALUES ('work', $1, 1, now(), true)`,
      [unsent],
    );
    for (let count = 0; count < 5; count += 1) await look({ runs: [{ job: held, run: 1 }] });
    expect(await inForce()).toEqual([held, unsent, young]);
    for (let count = 0; count < 5; count += 1) await look();
    expect(await inForce()).toEqual([unsent, young]);
  });
});
