import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { uuidv7 } from 'uuidv7';
import { IDLE_DISPATCH } from '../testing/idle-dispatch.js';
import { newJob } from '../testing/new-job.js';
import { type RealLedger, startRealLedger } from '../testing/real-ledger.js';
import { Database } from './database.js';
import { type NewEvent } from './event-row.js';
import { EventStore } from './event-store.js';
import { FiringStore, type JobBuilder } from './firing-store.js';
import { JobStore } from './job-store.js';
import { OutboxFullError } from './outbox-room.js';
import { OutboxStore } from './outbox-store.js';
import { type TriggerDefinition, type TriggerRecord, type TriggerRun } from './trigger-row.js';
import { TriggerStore } from './trigger-store.js';

const START_MS = 60_000;
const AT_ONCE = 25;

/** Takes every request; its payload becomes the job's. */
const builder: JobBuilder = {
  prepare: (request, { id, tenant }) => {
    const { payload, uniqueKey = null } = request as { payload: unknown; uniqueKey?: string | null };
    const job = newJob({ tenant, payload: JSON.stringify(payload), uniqueKey, ...(id === undefined ? {} : { id }) });
    return Promise.resolve({ ok: true, job });
  },
  maxPayload: () => 500_000,
};
const refusing: JobBuilder = {
  ...builder,
  prepare: () => Promise.resolve({ ok: false, errors: [{ path: 'payload.width', message: 'must be a number' }] }),
};

describe('FiringStore', () => {
  let ledger: RealLedger;
  let triggers: TriggerStore;
  let events: EventStore;
  let firings: FiringStore;
  const room = {
    full: false,
    add: () => undefined,
    admit: () => {
      if (room.full) throw new OutboxFullError();
      return () => undefined;
    },
  };

  beforeAll(async () => {
    ledger = await startRealLedger();
    triggers = new TriggerStore(ledger.database);
    events = new EventStore(ledger.database, { dispatch: IDLE_DISPATCH, room });
    firings = new FiringStore(ledger.database, { dispatch: IDLE_DISPATCH, room });
  }, START_MS);

  afterAll(() => ledger.stop());

  afterEach(async () => {
    room.full = false;
    for (const table of ['triggers', 'events', 'jobs', 'outbox']) await ledger.database.query(`DELETE FROM ${table}`);
  });

  const trigger = async (changes: Partial<TriggerDefinition> = {}, tenant = 'default'): Promise<TriggerRecord> => {
    const definition = {
      ...{ name: 'a trigger', pattern: 'order.*', filter: {}, enabled: true },
      request: { task: 'lab.noop', payload: { n: '{{data.n}}' } },
    };
    const created = await triggers.create(tenant, { ...definition, ...changes });
    if (created === undefined) throw new Error('The tenant has too many triggers.');
    return created;
  };
  const publish = async (changes: Partial<NewEvent> = {}): Promise<string> => {
    const uid = uuidv7();
    const event = { uid, tenant: 'default', id: uid, type: 'order.placed', data: '{"n":1}', toPublish: false };
    return (await events.publish({ ...event, ...changes }, null)).id;
  };
  const fireAll = async (store = firings, using = builder): Promise<void> => {
    while ((await store.fire(AT_ONCE, using)).events > 0);
  };
  const runsOf = ({ id }: TriggerRecord): Promise<TriggerRun[]> => triggers.runs(id, { limit: 200, after: null });
  const payloads = async (): Promise<unknown[]> =>
    (await ledger.database.query<{ payload: unknown }>('SELECT payload FROM jobs ORDER BY payload::text')).map(
      ({ payload }) => payload,
    );

  it('enters the job of each trigger that wants the event, to wait for its turn, and notes it', async () => {
    const [one, other] = [
      await trigger(),
      await trigger({ pattern: '#', request: { task: 'lab.noop', payload: '{{id}}' } }),
    ];
    const id = await publish();
    expect(await firings.fire(AT_ONCE, builder)).toMatchObject({ events: 1, fired: [{}, {}] });
    expect(await payloads()).toEqual([id, { n: 1 }]);
    for (const which of [one, other]) {
      const [run] = await runsOf(which);
      expect(run).toMatchObject({ eventId: id, eventType: 'order.placed', outcome: 'started', reason: null });
      expect(await ledger.database.query('SELECT run, held FROM jobs WHERE id = $1', [run?.jobId])).toEqual([
        { run: 1, held: 'turn' },
      ]);
    }
    expect(await firings.fire(AT_ONCE, builder)).toEqual({ events: 0, fired: [] });
  });

  it('leaves alone triggers of another pattern, filter or tenant, and those that are off', async () => {
    await trigger({ pattern: 'photo.*' });
    await trigger({ filter: { 'data.n': { gt: 1 } } });
    await trigger({ enabled: false });
    await trigger({}, 'acme');
    await publish();
    await fireAll();
    expect(await payloads()).toEqual([]);
    await publish({ tenant: 'acme' });
    await publish({ data: '{"n":2}' });
    await fireAll();
    expect(await payloads()).toEqual([{ n: 1 }, { n: 2 }]);
  });

  it('fires each event once, whichever of three gateways is first', async () => {
    const all = [await trigger(), await trigger()];
    const ids = await Promise.all(Array.from({ length: 60 }, () => publish()));
    const others = [1, 2].map(() => new Database(ledger.url));
    const stores = [firings, ...others.map((database) => new FiringStore(database, { dispatch: IDLE_DISPATCH, room }))];
    await Promise.all(stores.map((store) => fireAll(store)));
    await fireAll();
    for (const which of all) {
      const runs = await runsOf(which);
      expect(runs.map(({ eventId }) => eventId).toSorted()).toEqual(ids.toSorted());
      expect(new Set(runs.map(({ jobId }) => jobId)).size).toBe(ids.length);
    }
    expect(await payloads()).toHaveLength(ids.length * all.length);
    for (const database of others) await database.close();
  });

  it('does nothing of an event when it breaks off, and all of it later', async () => {
    const which = await trigger();
    await publish();
    const slips: JobBuilder = {
      ...builder,
      maxPayload: () => {
        throw new Error('a slip');
      },
    };
    await expect(firings.fire(AT_ONCE, slips)).rejects.toThrow('a slip');
    expect([await payloads(), await runsOf(which)]).toEqual([[], []]);
    await fireAll();
    expect(await runsOf(which)).toMatchObject([{ outcome: 'started' }]);
  });

  it('notes what is wrong when an event makes no request that the task takes, and goes on', async () => {
    const [lacking, refused, fine] = [
      await trigger({ request: { task: 'lab.noop', payload: '{{data.none}}' } }),
      await trigger({ filter: { 'data.n': 7 } }),
      await trigger({ pattern: '#' }),
    ];
    await publish();
    await fireAll();
    expect(await runsOf(lacking)).toMatchObject([
      { outcome: 'refused', jobId: null, reason: { code: 'invalid', errors: [{ path: 'payload' }] } },
    ]);
    expect(await runsOf(fine)).toMatchObject([{ outcome: 'started' }]);
    await publish({ data: '{"n":7}' });
    await fireAll(firings, refusing);
    expect(await runsOf(refused)).toMatchObject([
      { outcome: 'refused', reason: { errors: [{ path: 'payload.width' }] } },
    ]);
  });

  it('starts none while another job holds the unique key that the event makes', async () => {
    const which = await trigger({ request: { task: 'lab.noop', payload: {}, uniqueKey: 'order {{data.n}}' } });
    for (const n of [1, 1, 2]) await publish({ data: JSON.stringify({ n }) });
    await fireAll();
    await publish();
    await fireAll();
    expect((await runsOf(which)).toReversed()).toMatchObject([
      { outcome: 'started' },
      { outcome: 'skipped', jobId: null, reason: { code: 'unique_key_held' } },
      { outcome: 'started' },
      { outcome: 'skipped' },
    ]);
  });

  it('waits while the outbox is full', async () => {
    await trigger();
    await publish();
    room.full = true;
    expect(await firings.fire(AT_ONCE, builder)).toEqual({ events: 0, fired: [] });
    await expect(publish()).rejects.toThrow(OutboxFullError);
    room.full = false;
    await fireAll();
    expect(await payloads()).toHaveLength(1);
  });

  it('enters many large jobs of one event', async () => {
    for (let count = 0; count < 30; count += 1) {
      await trigger({ request: { task: 'lab.noop', payload: Array.from({ length: 4 }, () => '{{data}}') } });
    }
    await publish({ data: JSON.stringify('x'.repeat(50_000)) });
    await fireAll();
    expect(await payloads()).toHaveLength(30);
  });

  it('starts nothing for a trigger that was deleted before', async () => {
    const { id } = await trigger();
    await publish();
    expect(await triggers.remove(id, 'default')).toBe(true);
    await fireAll();
    expect(await payloads()).toEqual([]);
  });

  it('hands events to be published to the relay, and nothing for those that are gone', async () => {
    const outbox = new OutboxStore(ledger.database);
    const id = await publish({ toPublish: true });
    await publish({ toPublish: true, id: 'gone' });
    await ledger.database.query("DELETE FROM events WHERE id = 'gone'");
    expect(await outbox.claim(10)).toMatchObject([
      { kind: 'event', eventId: id, tenant: 'default', type: 'order.placed', payload: '{"n":1}' },
      { kind: 'stale' },
    ]);
  });

  it('finds a job that took the id of the one it would start, and says so', async () => {
    const which = await trigger();
    await publish();
    const jobs = new JobStore(ledger.database, IDLE_DISPATCH);
    const taking: JobBuilder = {
      ...builder,
      prepare: async (request, origin) => {
        const built = await builder.prepare(request, origin);
        if (built.ok) await jobs.accept(newJob({ id: built.job.id }));
        return built;
      },
    };
    await fireAll(firings, taking);
    expect(await runsOf(which)).toMatchObject([{ outcome: 'skipped', reason: { code: 'id_taken' } }]);
  });
});
