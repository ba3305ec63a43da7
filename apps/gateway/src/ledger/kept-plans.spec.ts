import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { uuidv7 } from 'uuidv7';
import { createTelemetry } from '#libs/observability';
import { IDLE_DISPATCH } from '../testing/idle-dispatch.js';
import { newJob } from '../testing/new-job.js';
import { type RealLedger, startRealLedger } from '../testing/real-ledger.js';
import { RunOnLedger } from '../testing/run-on-ledger.js';
import { Database } from './database.js';
import { DueStore } from './due-store.js';
import { EndingStore } from './ending-store.js';
import { HeldStore } from './held-store.js';
import { JobStore } from './job-store.js';
import { Lookout } from './lookout.js';
import { OutboxRoom } from './outbox-room.js';
import { OutboxStore } from './outbox-store.js';
import { ReturnedStore } from './returned-store.js';
import { TickStore } from './tick-store.js';

const START_MS = 60_000;
const telemetry = createTelemetry({ service: 'spec', level: 'silent' });
const FAILED = { kind: 'reject', failure: { code: 'broken', message: 'It is broken.' } } as const;

const BY_KEY = [
  'call-next',
  'claim-due',
  'confirm',
  'count-due-retries',
  'drop-notes',
  'due-now',
  'hear-of-voids',
  'lock-releases',
  'look-for-ticks',
  'look-out',
  'measure-outbox',
  'prolong',
  'read-candidates',
  'read-claimed',
  'read-limits',
  'read-lines',
  'read-paces',
  'read-returned',
  'read-standings',
  'read-states',
  'release',
  'write-dead-letters',
  'write-states',
];

/** These look for jobs of one kind, or count them: each by the index that has no others. */
const FOUND_BY = {
  'count-due-retries': ['jobs_retrying'],
  'drop-notes': ['jobs_open_in_batch'],
  'read-limits': ['jobs_open'],
  'read-standings': ['jobs_open', 'jobs_held'],
};

/** What PostgreSQL asks again of rows that it locks, although the index has no others. */
const REPEATED = new Map([['endings_of_batches', '(batch_id IS NOT NULL)']]);

const GROWING = new Set(['jobs', 'attempts', 'outbox', 'voids', 'dead_letters', 'events', 'endings']);

interface Plan {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Index Cond'?: string;
  readonly 'Index Name'?: string;
  readonly Filter?: string;
  readonly Plans?: readonly Plan[];
}

describe('plans that are kept', () => {
  let ledger: RealLedger;
  let database: Database;

  beforeAll(async () => {
    ledger = await startRealLedger();
    // What the URL asks for does not take away what plans are kept with.
    database = new Database(`${ledger.url}?options=-c%20enable_seqscan%3Don%20-c%20search_path%3Dpublic`, {
      connections: 1,
    });
    await database.query(
      "INSERT INTO domains (name, queue_key, queue_type, queue_number) VALUES ('lab', 'lab.classic-1', 'classic', 1)",
    );
  }, START_MS);

  afterAll(async () => {
    await database.close();
    await ledger.stop();
  });

  it('go by keys although there was next to nothing in the tables when they were made', async () => {
    const kept = await plansOfEach(database);
    expect([...kept.keys()]).toEqual(expect.arrayContaining(BY_KEY));
    const nodes = [...kept].flatMap(([name, plan]) => nodesOf(plan).map((node) => `${name}: ${node['Node Type']}`));
    expect(nodes.filter((node) => /: (?:Seq Scan|Hash Join|Merge Join)$/.test(node))).toEqual([]);
    expect(indexesOf(kept, Object.keys(FOUND_BY))).toEqual(FOUND_BY);
  });

  it('walk through no table that was empty when the server last cleaned it up', async () => {
    await plansOfEach(database);
    await ledger.database.query("INSERT INTO voids (job_id, run, queue) VALUES (gen_random_uuid(), 1, 'lab')");
    await ledger.database.query('INSERT INTO endings (batch_id) VALUES (gen_random_uuid())');
    await ledger.database.query(
      "INSERT INTO events (uid, tenant, id, type, data) VALUES (gen_random_uuid(), 'a', 'b', 'c', '{}')",
    );
    for (const table of GROWING) await ledger.database.query(`DELETE FROM ${table}`);
    await ledger.database.query(`VACUUM (ANALYZE, TRUNCATE false) ${[...GROWING].join()}`);
    const later = new Database(ledger.url, { connections: 1 });
    try {
      const kept = await plansOfEach(later);
      // What came back is known by an index of its own, which has nothing else. What is written of jobs is joined with them: ids that
      // are named twice keep it from that walk, but make it half as expensive again always.
      expect([...kept.keys()]).toEqual(expect.arrayContaining(BY_KEY));
      for (const other of ['read-returned', 'write-states', 'release']) kept.delete(other);
      const walks = [...kept].flatMap(([name, plan]) =>
        nodesOf(plan, takesTheFirst)
          .filter(isWalk)
          .map((node) => `${name}: ${node['Relation Name']}`),
      );
      expect(walks).toEqual([]);
    } finally {
      await later.close();
    }
  });

  it('are kept by nobody who finds rows in another way', async () => {
    const other = new Database(ledger.url, { connections: 1 });
    const byKey = { name: 'by-key', reads: 'by key', text: 'SELECT id FROM jobs' } as const;
    try {
      await other.query(byKey);
      await other.transaction((transaction) => transaction.query(byKey));
      expect(await plansOf((sql) => other.query(sql))).toEqual(new Map());
    } finally {
      await other.close();
    }
  });
});

/** Has each statement run whose plan is kept. */
async function plansOfEach(database: Database): Promise<Map<string, Plan>> {
  const { job } = await new JobStore(database, IDLE_DISPATCH).accept(newJob());
  const outbox = new OutboxStore(database);
  const ids = (await outbox.claim(10)).map(({ id }) => id);
  await outbox.read(ids);
  await outbox.prolong(ids);
  await outbox.confirm(ids);
  const runs = new RunOnLedger(database, 'lab');
  await runs.start(job.id);
  await runs.end(job.id, FAILED);
  await new ReturnedStore(database).read();
  await runs.end(job.id); // it is over: its message may have been voided
  await lookForWork(database);
  return plansOf((sql) => database.queryByKey(sql));
}

/** Looks as a gateway does in which nothing happens, and lets a job go that was held. */
async function lookForWork(database: Database): Promise<void> {
  const [jobs, held] = [new JobStore(database, { ...IDLE_DISPATCH, admits: () => false }), new HeldStore(database)];
  const concurrencyKey = uuidv7();
  for (let job = 0; job < 2; job += 1) await jobs.accept(newJob({ concurrencyKey }));
  await held.paces();
  const { released } = await held.look({ windowOf: () => 10, most: 10, claimed: false, random: () => 0 });
  expect(released).toHaveLength(1);
  await new DueStore(database).now();
  await new EndingStore(database).follow(() => Promise.reject(new Error('Nothing has ended.')), false);
  await new OutboxRoom(database, { rows: 10, bytes: 10 }, { telemetry, reaches: () => true }).measure();
  await new TickStore(database, { dispatch: IDLE_DISPATCH, room: { full: false, add: () => undefined } }).look();
  await database.query(
    "INSERT INTO ends_to_deliver (job_id, version, status, attempt, ended_at) VALUES (gen_random_uuid(), 1, 'completed', 1, now())",
  );
  const lookout = new Lookout(database);
  await new Promise<void>((resolve) => {
    lookout.on('deliveries', resolve);
    lookout.start();
  });
  await lookout.stop();
}

/** How the database runs each statement that a connection has kept. */
async function plansOf(query: <T extends object>(sql: string) => Promise<T[]>): Promise<Map<string, Plan>> {
  const kept = await query<{ name: string; parameters: number }>(
    'SELECT name, cardinality(parameter_types) AS parameters FROM pg_prepared_statements',
  );
  const plans = new Map<string, Plan>();
  for (const { name, parameters } of kept) {
    const values = Array.from({ length: parameters }, () => 'NULL').join();
    const call = parameters === 0 ? `"${name}"` : `"${name}"(${values})`;
    const [row] = await query<{ 'QUERY PLAN': [{ Plan: Plan }] }>(`EXPLAIN (FORMAT JSON) EXECUTE ${call}`);
    if (row !== undefined) plans.set(name, row['QUERY PLAN'][0].Plan);
  }
  return plans;
}

/** By which indexes each of these plans finds jobs. */
function indexesOf(plans: ReadonlyMap<string, Plan>, names: readonly string[]): Record<string, unknown[]> {
  const indexes = (name: string): unknown[] =>
    [...plans]
      .filter(([other]) => other === name)
      .flatMap(([, plan]) => nodesOf(plan))
      .filter((node) => node['Relation Name'] === 'jobs')
      .map((node) => node['Index Name']);
  return Object.fromEntries(names.map((name) => [name, indexes(name)]));
}

/** @param without leaves out what is below such a node */
function nodesOf(plan: Plan, without: (node: Plan) => boolean = () => false): Plan[] {
  return [plan, ...(without(plan) ? [] : (plan.Plans ?? []).flatMap((node) => nodesOf(node, without)))];
}

/** Whether it stops at the first entries of an index, as none is passed over. */
function takesTheFirst({ 'Node Type': type, Plans: [only, ...others] = [] }: Plan): boolean {
  const read = only?.['Node Type'] === 'LockRows' ? only.Plans?.[0] : only;
  return type === 'Limit' && others.length === 0 && read?.['Index Name'] !== undefined && !passesOver(read);
}

function passesOver({ 'Index Name': index, Filter: filter }: Plan): boolean {
  return filter !== REPEATED.get(index ?? '');
}

/** Whether all that a table has is read. Bitmaps are made by conditions. */
function isWalk({ 'Node Type': type, 'Relation Name': table, 'Index Cond': condition }: Plan): boolean {
  const reads = type !== 'ModifyTable' && type !== 'Bitmap Heap Scan' && table !== undefined;
  return reads && GROWING.has(table) && condition === undefined;
}
