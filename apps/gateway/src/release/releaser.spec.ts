import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createTelemetry } from '#libs/observability';
import { HeldStore } from '../ledger/held-store.js';
import { JobSteering } from '../ledger/job-steering.js';
import { JobStore } from '../ledger/job-store.js';
import { type NewJob } from '../ledger/new-job.js';
import { LimitStore } from '../ledger/limit-store.js';
import { UNLIMITED_TENANT } from '../ledger/limits.js';
import { type WorkEntry } from '../ledger/outbox.js';
import { OutboxStore } from '../ledger/outbox-store.js';
import { ReportStore } from '../ledger/report-store.js';
import { Database } from '../ledger/database.js';
import { newJob } from '../testing/new-job.js';
import { type RealLedger, startRealLedger } from '../testing/real-ledger.js';
import { Releaser } from './releaser.js';

const QUEUE = 'lab';
/** Two for each job that the one worker takes at once. */
const WINDOW = 4;
const LOOK_EVERY_MS = 5;

/** A gateway without a broker: what it sends is looked at. */
class Gateway {
  readonly sent: WorkEntry[] = [];
  readonly jobs: JobStore;
  readonly steering: JobSteering;
  readonly releaser: Releaser;
  readonly #waiting = new Set<() => void>();

  constructor(database: Database) {
    const relay = {
      room: 100,
      takes: () => true,
      send: (entries: readonly WorkEntry[]) => {
        this.sent.push(...entries);
        for (const look of this.#waiting) look();
      },
      wake: () => undefined,
      hurry: () => undefined,
    };
    const [held, outbox] = [new HeldStore(database), new OutboxStore(database)];
    const telemetry = createTelemetry({ service: 'spec', level: 'silent' });
    this.releaser = new Releaser({ relay, held, outbox, telemetry, bounded: true });
    this.jobs = new JobStore(database, this.releaser);
    this.steering = new JobSteering(database, this.releaser);
  }

  get order(): readonly string[] {
    return this.sent.map(({ order }) => order.jobId);
  }

  /** Settles when so many messages have been sent in all. */
  async hasSent(count: number): Promise<void> {
    while (this.sent.length < count) {
      await new Promise<void>((resolve) => {
        const look = (): void => {
          this.#waiting.delete(look);
          resolve();
        };
        this.#waiting.add(look);
      });
    }
  }
}

/** Settles when several gateways have sent so many messages together. */
async function haveSent(gateways: readonly Gateway[], count: number): Promise<void> {
  while (gateways.reduce((sum, { sent }) => sum + sent.length, 0) < count) {
    await Promise.race(gateways.map((one) => one.hasSent(one.sent.length + 1)));
  }
}

describe('held jobs', () => {
  let ledger: RealLedger;
  let gateway: Gateway;
  let reports: ReportStore;
  const started: Gateway[] = [];

  beforeAll(async () => {
    ledger = await startRealLedger();
    reports = new ReportStore(ledger.database);
  }, 60_000);

  afterEach(async () => {
    for (const one of started.splice(0)) await one.releaser.stop();
  });

  afterAll(() => ledger.stop());

  beforeEach(async () => {
    await ledger.database.query(
      'TRUNCATE jobs, outbox, attempts, queue_minutes, queue_settings, tenant_limits, concurrency_calls, workers, domains CASCADE',
    );
    await ledger.database.query(
      `INSERT INTO domains (name, queue_key, queue_type, queue_number) VALUES ($1, 'lab.classic-1', 'classic', 1)`,
      [QUEUE],
    );
    await ledger.database.query(
      `INSERT INTO workers (domain, id, app_version, concurrency, runs, seq, heard_at)
       VALUES ($1, 'w', '1', 2, '[{}, {}]', 1, now() + interval '1 hour')`,
      [QUEUE],
    );
    gateway = await begun(ledger.database);
  });

  /** A gateway that has had its first look. */
  async function begun(database: Database): Promise<Gateway> {
    const one = new Gateway(database);
    started.push(one);
    one.releaser.start();
    while (!one.releaser.admits({ queue: QUEUE, tenant: 'nobody', concurrencyKey: null })) await delay(LOOK_EVERY_MS);
    return one;
  }

  async function enter(changes: Partial<NewJob>, at = gateway): Promise<string> {
    const job = newJob({ tenant: 'a', ...changes });
    await at.jobs.accept(job);
    return job.id;
  }

  const enterMany = async (count: number, changes: Partial<NewJob>): Promise<string[]> => {
    const ids: string[] = [];
    for (let index = 0; index < count; index += 1) ids.push(await enter(changes));
    return ids;
  };

  async function end(id: string, at = gateway): Promise<void> {
    const [job] = await ledger.database.query<{ run: number }>('SELECT run FROM jobs WHERE id = $1', [id]);
    const times = { startedAt: new Date().toISOString(), durationMs: 1 };
    const report = { type: 'ended', job: id, run: job?.run ?? 0, worker: 'w', attempt: 1, ...times } as const;
    await reports.apply([{ domain: QUEUE, report: { ...report, outcome: { kind: 'done', result: null } } }]);
    at.releaser.left(1);
  }

  const heldNow = async (): Promise<string[]> =>
    (await ledger.database.query<{ id: string }>('SELECT id FROM jobs WHERE held IS NOT NULL ORDER BY id')).map(
      ({ id }) => id,
    );

  it('are those beyond what one tenant may have in a queue; another tenant overtakes them', async () => {
    const ofA = await enterMany(20, { tenant: 'a' });
    expect(gateway.order).toEqual(ofA.slice(0, WINDOW));
    const ofB = await enterMany(3, { tenant: 'b' });
    expect(gateway.order).toEqual([...ofA.slice(0, WINDOW), ...ofB]);
    expect(await heldNow()).toEqual(ofA.slice(WINDOW));
  });

  it('are let go in the order in which they came, one for each that ends', async () => {
    const ids = await enterMany(12, {});
    for (const [index, id] of ids.entries()) {
      await end(id);
      await gateway.hasSent(Math.min(ids.length, WINDOW + index + 1));
    }
    expect(gateway.order).toEqual(ids);
    expect(await ledger.database.query("SELECT id FROM jobs WHERE status <> 'completed'")).toEqual([]);
  });

  it('are let go by priority', async () => {
    const out = await enterMany(WINDOW, {});
    const [low, high, normal] = [
      await enter({ priority: 1 }),
      await enter({ priority: 9 }),
      await enter({ priority: 4 }),
    ];
    for (const [index, id] of out.slice(0, 3).entries()) {
      await end(id);
      await gateway.hasSent(WINDOW + index + 1);
    }
    expect(gateway.order.slice(WINDOW)).toEqual([high, normal, low]);
  });

  it('are let go in turns of their tenants', async () => {
    for (const tenant of ['a', 'b']) await enterMany(WINDOW + 3, { tenant });
    await gateway.hasSent(2 * WINDOW);
    await ledger.database.query("UPDATE jobs SET status = 'completed', completed_at = now() WHERE held IS NULL");
    gateway.releaser.left(2 * WINDOW);
    await gateway.hasSent(2 * WINDOW + 6);
    const [first, ...others] = gateway.sent.slice(2 * WINDOW).map(({ order }) => order.tenant);
    expect(others).toEqual(first === 'a' ? ['b', 'a', 'b', 'a', 'b'] : ['a', 'b', 'a', 'b', 'a']);
  });

  it('never run when they are cancelled, and nothing is said of it on the control stream', async () => {
    const ids = await enterMany(WINDOW + 2, {});
    const last = ids.at(-1) ?? '';
    expect(await gateway.steering.cancel([last])).toEqual([last]);
    expect(await ledger.database.query("SELECT id FROM outbox WHERE kind = 'void'")).toEqual([]);
    for (const id of ids.slice(0, WINDOW)) await end(id);
    await gateway.hasSent(WINDOW + 1);
    expect(gateway.order).not.toContain(last);
    expect((await gateway.jobs.find(last, null))?.status).toBe('cancelled');
  });

  it('do not count as what the queue ends when they are cancelled', async () => {
    const ids = await enterMany(WINDOW + 3, {});
    expect(await gateway.steering.cancel(ids.slice(WINDOW))).toHaveLength(3);
    await end(ids[0] ?? '');
    expect(await new HeldStore(ledger.database).paces()).toMatchObject([{ queue: QUEUE, ended: 1 }]);
  });

  it('are jobs that are retried by hand, too', async () => {
    const ids = await enterMany(WINDOW + 1, {});
    const last = ids.at(-1) ?? '';
    await gateway.steering.cancel([last]);
    expect(await gateway.steering.retry([last])).toEqual([last]);
    expect(await heldNow()).toEqual([last]);
    await end(ids[0] ?? '');
    await gateway.hasSent(WINDOW + 1);
    expect(gateway.sent.at(-1)?.order).toMatchObject({ jobId: last, run: 2 });
  });

  it('of a tenant with a limit run within it, over all its queues', async () => {
    await new LimitStore(ledger.database).setTenant('a', { ...UNLIMITED_TENANT, maxRunningJobs: 2 });
    const knowing = await begun(ledger.database);
    const ids: string[] = [];
    for (let count = 0; count < 5; count += 1) ids.push(await enter({}, knowing));
    for (const [index, id] of ids.entries()) {
      const wanted = Math.min(5, index + 2);
      await haveSent([gateway, knowing], wanted);
      const out = "SELECT id FROM jobs WHERE tenant = 'a' AND held IS NULL AND completed_at IS NULL";
      expect((await ledger.database.query(out)).length).toBe(wanted - index);
      await end(id, knowing);
    }
  });

  it('with one concurrency key run one after the other, with two gateways as well', async () => {
    const second = new Database(ledger.url);
    const other = await begun(second);
    const concurrencyKey = 'customer 7';
    const first = await enter({ concurrencyKey });
    await haveSent([gateway, other], 1);
    const ids = [
      first,
      await enter({ concurrencyKey }, other),
      await enter({ concurrencyKey, tenant: 'b' }),
      await enter({ concurrencyKey, priority: 9 }, other),
    ];
    const running = async (tenant: string): Promise<string[]> =>
      (
        await ledger.database.query<{ id: string }>(
          "SELECT id FROM jobs WHERE tenant = $1 AND held IS NULL AND status IN ('queued','running')",
          [tenant],
        )
      ).map(({ id }) => id);
    const order: string[] = [];
    for (let ended = 0; ended < 3; ended += 1) {
      await haveSent([gateway, other], 2 + ended);
      const [only, ...more] = await running('a');
      expect(more).toEqual([]);
      order.push(only ?? '');
      await end(only ?? '', ended === 1 ? gateway : other);
    }
    expect(order).toEqual([ids[0], ids[3], ids[1]]);
    expect(await running('b')).toEqual([ids[2]]);
    await other.releaser.stop();
    await second.close();
  });

  it('are let go newest first where their queue is set so', async () => {
    await ledger.database.query("INSERT INTO queue_settings (queue, version, release_order) VALUES ($1, 1, 'lifo')", [
      QUEUE,
    ]);
    const out = await enterMany(WINDOW, {});
    const waiting = await enterMany(3, {});
    for (const [index, id] of out.slice(0, 3).entries()) {
      await end(id);
      await gateway.hasSent(WINDOW + index + 1);
    }
    expect(gateway.order.slice(WINDOW)).toEqual(waiting.toReversed());
  });
});
