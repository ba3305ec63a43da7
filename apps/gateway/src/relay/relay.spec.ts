import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { uuidv7 } from 'uuidv7';
import { createTelemetry } from '#libs/observability';
import { eventually } from '../../../../test/support/eventually.js';
import { BatchStore, type EnteredBatch } from '../ledger/batch-store.js';
import { JobStore } from '../ledger/job-store.js';
import { type NewJob } from '../ledger/new-job.js';
import { type Dispatch, type OutboxEntry } from '../ledger/outbox.js';
import { OutboxStore } from '../ledger/outbox-store.js';
import { IDLE_DISPATCH } from '../testing/idle-dispatch.js';
import { newJob } from '../testing/new-job.js';
import { type RealLedger, startRealLedger } from '../testing/real-ledger.js';
import { Relay } from './relay.js';

const START_MS = 60_000;
const JOBS = 100;
const ONE = { entries: 1, bytes: 1 };

/** Of the jobs that entries are about, in their order. */
function jobsOf(entries: readonly OutboxEntry[]): string[] {
  return entries.flatMap((entry) => (entry.kind === 'work' ? [entry.order.jobId] : []));
}

describe('a relay', () => {
  let ledger: RealLedger;
  let relay: Relay;
  let jobs: JobStore;
  let batches: BatchStore;
  let swept: OutboxEntry[];
  let carried: OutboxEntry[];
  let control: { open: boolean };
  let beforeSend: () => void;
  let beforeRelease: () => Promise<void>;

  beforeAll(async () => {
    ledger = await startRealLedger();
    await ledger.database.query(
      "INSERT INTO domains (name, queue_key, queue_type, queue_number) VALUES ('lab', 'lab.classic-1', 'classic', 1)",
    );
  }, START_MS);

  beforeEach(async () => {
    [swept, carried] = [[], []];
    control = { open: true };
    beforeSend = () => undefined;
    beforeRelease = () => Promise.resolve();
    class WatchedOutbox extends OutboxStore {
      override async claim(limit: number): Promise<OutboxEntry[]> {
        const entries = await super.claim(limit);
        swept.push(...entries);
        return entries;
      }

      override async release(ids: readonly string[]): Promise<void> {
        await beforeRelease();
        await super.release(ids);
      }
    }
    relay = new Relay({
      // A broker that takes every message at once.
      publisher: { ready: true, onReady: () => undefined },
      control: {
        get open() {
          return control.open;
        },
        clear: () => Promise.resolve(true),
        start: () => undefined,
        stop: () => Promise.resolve(),
      },
      courier: { carry: (entry) => Promise.resolve(void carried.push(entry)) },
      outbox: new WatchedOutbox(ledger.database),
      telemetry: createTelemetry({ service: 'test', level: 'silent' }),
    });
    const dispatch: Dispatch = {
      ...IDLE_DISPATCH,
      takes: (load) => relay.takes(load),
      send: (entries) => {
        beforeSend();
        relay.send(entries);
      },
      admits: ({ queue }) => queue !== 'held',
      wake: () => relay.wake(),
      hurry: () => relay.hurry(),
    };
    jobs = new JobStore(ledger.database, dispatch);
    batches = new BatchStore(ledger.database, dispatch);
    relay.start();
    await eventually('a first look', () => relay.takes(ONE) || undefined);
  });

  afterEach(() => relay.stop());
  afterAll(() => ledger.stop());

  const enterLetter = async (): Promise<void> => {
    await ledger.database.query(
      "INSERT INTO outbox (kind, job_id, run, free_at) VALUES ('dead-letter', gen_random_uuid(), 1, now())",
    );
    relay.wake();
  };

  it('sends new jobs without looking for them, in their order, however much else it has to look for', async () => {
    const entered: string[] = [];
    for (let count = 0; count < JOBS; count += 1) {
      await Promise.all([enterLetter(), enterLetter(), jobs.accept(newJob()).then(({ job }) => entered.push(job.id))]);
    }
    await eventually('every row', () => carried.length >= 3 * JOBS || undefined);
    expect(jobsOf(swept)).toEqual([]);
    expect(jobsOf(carried)).toEqual(entered);
  });

  it.each([
    { size: 1, way: 'directly' },
    { size: 5 * JOBS, way: 'directly' },
    { size: 25 * JOBS, way: 'look by look' },
  ])(
    'sends a batch of $size $way, before the job that is accepted next, and those after it directly',
    async ({ size, way }) => {
      const batchId = uuidv7();
      const of = Array.from({ length: size }, () => newJob({ batchId }));
      const { jobIds } = await batches.enter({ id: batchId, tenant: 'default', jobs: of, then: [] }, null);
      const { job: next } = await jobs.accept(newJob());
      await eventually('every job', () => carried.length > size || undefined);
      expect(jobsOf(carried)).toEqual([...jobIds, next.id]);
      expect(jobsOf(swept)).toEqual(way === 'directly' ? [] : [...jobIds, next.id]);
      await eventually('nothing that waits', () => relay.takes(ONE) || undefined);
      const { job: direct } = await jobs.accept(newJob());
      expect([jobsOf(carried).at(-1), jobsOf(swept)]).toEqual([direct.id, expect.not.arrayContaining([direct.id])]);
    },
  );

  it('sends a batch of which most is held directly, and before the next job one that it may not send at once', async () => {
    const held = Array.from({ length: 25 * JOBS }, () => newJob({ queue: 'held' }));
    const enter = (batch: NewJob[]): Promise<EnteredBatch> =>
      batches.enter({ id: uuidv7(), tenant: 'default', jobs: batch, then: [] }, null);
    const [first, second] = [
      [newJob(), newJob()],
      [newJob(), newJob()],
    ];
    await enter([...held, ...first]);
    expect([jobsOf(carried), swept]).toEqual([first.map(({ id }) => id), []]);
    beforeSend = () => (control.open = false);
    await enter(second);
    expect(jobsOf(carried)).toHaveLength(first.length);
    control.open = true;
    const { job: next } = await jobs.accept(newJob());
    await eventually('every job', () => carried.length > 4 || undefined);
    expect(jobsOf(carried).slice(2)).toEqual([...second.map(({ id }) => id), next.id]);
  });

  it('finds no job before one that was accepted earlier and is being given back', async () => {
    let write = (): void => undefined;
    beforeRelease = () => new Promise((resolve) => (write = resolve));
    beforeSend = () => (control.open = false);
    const { job: first } = await jobs.accept(newJob());
    control.open = true;
    const { job: second } = await jobs.accept(newJob());
    // Time for a look that does not wait: it would find the second one alone.
    await Promise.race([eventually('a job', () => carried.length > 0 || undefined), delay(300)]);
    write();
    await eventually('both jobs', () => carried.length > 1 || undefined);
    expect(jobsOf(carried)).toEqual([first.id, second.id]);
  });

  it('finds what is committed while it looks', async () => {
    await Promise.all(Array.from({ length: JOBS }, enterLetter));
    await eventually('every row', () => swept.length >= JOBS || undefined);
    expect(new Set(swept.map(({ id }) => id)).size).toBe(JOBS);
    await eventually(
      'every confirmation',
      async () => (await new OutboxStore(ledger.database).size()) === 0 || undefined,
    );
  });
});
