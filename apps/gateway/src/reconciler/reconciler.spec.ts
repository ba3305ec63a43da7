import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createTelemetry } from '#libs/observability';
import { eventually } from '../../../../test/support/eventually.js';
import { storesOn } from '../ledger/stores.js';
import { type RealLedger, startRealLedger } from '../testing/real-ledger.js';
import { Reconciler } from './reconciler.js';
import { reconcilerTimes } from './times.js';

const START_MS = 60_000;

describe('the reconcilers of several gateways', () => {
  const times = { ...reconcilerTimes(60_000), roundMs: 20, pulseMs: 20 };
  const running: Reconciler[] = [];
  let ledger: RealLedger;

  beforeAll(async () => {
    ledger = await startRealLedger();
  }, START_MS);

  afterEach(async () => {
    for (const reconciler of running.splice(0)) await reconciler.stop();
  });

  afterAll(() => ledger.stop());

  const start = (publisher: { ready: boolean }): void => {
    const stores = storesOn(ledger.database, times);
    const reconciler = new Reconciler({
      ...stores,
      publisher,
      prober: { probe: () => Promise.resolve() },
      marker: { knownUpTo: () => Promise.resolve(Date.now()) },
      tracker: { settled: () => Promise.resolve() },
      dispatch: { wake: () => undefined },
      telemetry: createTelemetry({ service: 'gateway', level: 'silent' }),
      times,
    });
    running.push(reconciler);
    reconciler.start();
  };
  const obstacle = async (): Promise<unknown> =>
    (await ledger.database.query<{ obstacle: unknown }>('SELECT obstacle FROM reconciler'))[0]?.obstacle;
  const becomes = (wanted: unknown): Promise<true> =>
    eventually(`obstacle ${String(wanted)}`, async () => (await obstacle()) === wanted || undefined);

  it('leave the work to one that is connected to the broker', async () => {
    start({ ready: false });
    await becomes('broker_away');
    start({ ready: true });
    await expect(becomes(null)).resolves.toBe(true);
  });

  it('say that the broker is away when it is for all of them, and go on when it is back', async () => {
    const publisher = { ready: false };
    start(publisher);
    start(publisher);
    await becomes('broker_away');
    publisher.ready = true;
    await expect(becomes(null)).resolves.toBe(true);
  });
});
