import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { uuidv7 } from 'uuidv7';
import { IDLE_DISPATCH } from '../testing/idle-dispatch.js';
import { newJob } from '../testing/new-job.js';
import { type RealLedger, startRealLedger } from '../testing/real-ledger.js';
import { type Database } from './database.js';
import { JobStore } from './job-store.js';
import { OutboxStore } from './outbox-store.js';
import { QueueStore } from './queue-store.js';

const START_MS = 60_000;
const WAITING = 100_000;
const MESSAGES = 100;

interface Plan {
  readonly 'Node Type': string;
  readonly 'Index Name'?: string;
  readonly 'Actual Rows': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly Plans?: readonly Plan[];
}

describe('OutboxStore', () => {
  let ledger: RealLedger;
  let jobs: JobStore;
  let outbox: OutboxStore;
  let queues: QueueStore;

  beforeAll(async () => {
    ledger = await startRealLedger();
    const { database } = ledger;
    jobs = new JobStore(database, IDLE_DISPATCH);
    outbox = new OutboxStore(database);
    queues = new QueueStore(database, { hurry: () => undefined });
    await database.query(
      "INSERT INTO domains (name, queue_key, queue_type, queue_number) VALUES ('lab', 'lab.classic-1', 'classic', 1)",
    );
  }, START_MS);

  beforeEach(() => ledger.database.query('TRUNCATE outbox'));

  afterAll(() => ledger.stop());

  const enter = async (): Promise<string> => (await jobs.accept(newJob())).job.id;
  const claimed = async (limit = 10): Promise<string[]> =>
    (await outbox.claim(limit)).flatMap((entry) => (entry.kind === 'work' ? [entry.order.jobId] : []));

  it('keeps what goes to the control stream in a lane of its own', async () => {
    const job = await enter();
    await queues.setPaused('lab', true);
    await queues.setPaused('lab', true);
    await queues.setPaused('lab', false);
    const rows = await outbox.claimControl(10);
    expect(rows.map((row) => row.kind).sort()).toEqual(['pause', 'resume']);
    const versions = rows.flatMap((row) => (row.kind === 'void' ? [] : [[row.kind, row.version] as const]));
    const of = new Map(versions);
    expect(of.get('resume')).toBeGreaterThan(of.get('pause') ?? Number.POSITIVE_INFINITY);
    expect(await outbox.claimControl(10)).toEqual([]);
    expect(await claimed()).toEqual([job]);
  });

  it('hands out the time that a job was meant for', async () => {
    const { job } = await jobs.accept(newJob());
    const scheduledFor = new Date('2026-01-02T03:04:05.678Z');
    await ledger.database.query('UPDATE jobs SET scheduled_for = $2 WHERE id = $1', [job.id, scheduledFor]);
    expect(await outbox.claim(10)).toMatchObject([
      { order: { jobId: job.id, scheduledFor: scheduledFor.toISOString() } },
    ]);
  });

  it.each([
    { losses: 1, alone: false },
    { losses: 2, alone: true },
  ])('says that a job with $losses lost workers runs alone: $alone', async ({ losses, alone }) => {
    const id = await enter();
    await ledger.database.query('UPDATE jobs SET losses = $2::smallint, charged = $2::smallint WHERE id = $1', [
      id,
      losses,
    ]);
    expect(await outbox.claim(10)).toMatchObject([{ order: { jobId: id, alone } }]);
  });

  it('claims what was given back before what came later, in the order in which it came', async () => {
    const [first, second] = [await enter(), await enter()];
    const entries = await outbox.claim(10);
    const third = await enter();
    await outbox.release(entries.map(({ id }) => id).reverse());
    expect([await claimed(2), await claimed()]).toEqual([[first, second], [third]]);
  });

  it(`reads only what is free, with ${WAITING} rows that wait`, async () => {
    await ledger.database.query(
      `INSERT INTO outbox (kind, job_id, run, due_at, free_at)
       SELECT 'work', gen_random_uuid(), 1, now() + interval '2 hours', now() + interval '1 hour' FROM generate_series(1, ${WAITING})`,
    );
    await enter();
    await ledger.database.query("INSERT INTO outbox (kind, job_id, run, free_at) VALUES ('void', $1, 1, now())", [
      uuidv7(),
    ]);
    const plans: Plan[] = [];
    const explained = new OutboxStore(explaining(ledger.database, plans));
    await explained.claim(500);
    await explained.claimControl(500);
    const scans = plans.flatMap(nodesOf).filter((node) => node['Index Name'] === 'outbox_free');
    expect(scans.map((node) => [node['Actual Rows'], node['Rows Removed by Filter'] ?? 0])).toEqual([
      [1, 0],
      [1, 0],
    ]);
    expect(plans.flatMap(nodesOf).filter((node) => node['Actual Rows'] > 10)).toEqual([]);
  });

  it('reads what messages are made of by the ids of their jobs, however few jobs there are', async () => {
    for (let count = 0; count < MESSAGES; count += 1) await enter();
    const ids = (await outbox.claim(MESSAGES)).map(({ id }) => id);
    const plans: Plan[] = [];
    await new OutboxStore(explaining(ledger.database, plans)).read(ids);
    expect(plans.flatMap(nodesOf).map((node) => node['Node Type'])).not.toContain('Seq Scan');
  });
});

/** Runs statements as they are and gathers how the database did it. */
function explaining(database: Database, plans: Plan[]): Pick<Database, 'query' | 'queryByKey'> {
  const explained =
    (query: Database['query']): Database['query'] =>
    async (sql, values) => {
      const text = typeof sql === 'string' ? sql : sql.text;
      const [row] = await query<{ 'QUERY PLAN': { Plan: Plan }[] }>(`EXPLAIN (ANALYZE, FORMAT JSON) ${text}`, values);
      plans.push(...(row?.['QUERY PLAN'] ?? []).map(({ Plan: plan }) => plan));
      return [];
    };
  return {
    query: explained((...given) => database.query(...given)),
    queryByKey: explained((...given) => database.queryByKey(...given)),
  };
}

function nodesOf(plan: Plan): Plan[] {
  return [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];
}
