import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { tickJobId } from '../schedules/tick-job-id.js';
import { IDLE_DISPATCH } from '../testing/idle-dispatch.js';
import { newJob } from '../testing/new-job.js';
import { type RealLedger, startRealLedger } from '../testing/real-ledger.js';
import { Database } from './database.js';
import { JobStore } from './job-store.js';
import { OutboxFullError } from './outbox-room.js';
import { type ScheduleDefinition, type ScheduleRecord } from './schedule-row.js';
import { ScheduleStore } from './schedule-store.js';
import { type PrepareJob, TickStore } from './tick-store.js';

const START_MS = 60_000;
const AT_ONCE = 25;
const takesAll: PrepareJob = (_, { tenant, id }) =>
  Promise.resolve({ ok: true, job: newJob({ tenant, ...(id === undefined ? {} : { id }) }) });
const refusesAll: PrepareJob = () =>
  Promise.resolve({ ok: false, errors: [{ path: 'payload.width', message: 'must be a number' }] });

describe('TickStore', () => {
  let ledger: RealLedger;
  let schedules: ScheduleStore;
  let jobs: JobStore;
  let ticks: TickStore;
  const room = { full: false, add: () => undefined };

  beforeAll(async () => {
    ledger = await startRealLedger();
    schedules = new ScheduleStore(ledger.database);
    jobs = new JobStore(ledger.database, IDLE_DISPATCH);
    ticks = new TickStore(ledger.database, { dispatch: IDLE_DISPATCH, room });
  }, START_MS);

  afterAll(() => ledger.stop());

  afterEach(async () => {
    room.full = false;
    await ledger.database.query('DELETE FROM schedules');
  });

  const definition: ScheduleDefinition = {
    name: 'a schedule',
    timing: { cron: null, timezone: 'UTC', every: '10s' },
    request: { task: 'lab.noop' },
    enabled: true,
    catchUp: 'skip',
    overlap: 'allow',
  };
  /** A schedule whose oldest open tick was so long ago. */
  const due = async (agoMs: number, changes: Partial<ScheduleDefinition> = {}): Promise<ScheduleRecord> => {
    const { id } = await schedules.create('default', { ...definition, ...changes });
    await ledger.database.query(
      `UPDATE schedules SET next_run_at = next_run_at - $2::int * interval '1 millisecond' - interval '10 seconds',
         anchor_at = anchor_at - $2::int * interval '1 millisecond' WHERE id = $1`,
      [id, agoMs],
    );
    return shown(id);
  };
  const shown = async (id: string): Promise<ScheduleRecord> => {
    const schedule = await schedules.find(id, null);
    if (schedule === undefined) throw new Error(`There is no schedule ${id}.`);
    return schedule;
  };
  const runsOf = (id: string): ReturnType<ScheduleStore['runs']> => schedules.runs(id, { limit: 200, after: null });
  const outboxOf = (jobId: string | null): Promise<object[]> =>
    ledger.database.query('SELECT kind, run FROM outbox WHERE job_id = $1', [jobId]);
  /** Ticks until nothing is due. */
  const tickAll = async (store: TickStore, prepare = takesAll): Promise<void> => {
    while ((await store.tick(AT_ONCE, prepare)).length > 0);
  };

  it('enters the job of a tick with its outbox row, and moves the schedule to its next tick', async () => {
    const { id, nextRunAt } = await due(0);
    const tick = nextRunAt ?? new Date(0);
    expect(await ticks.tick(AT_ONCE, takesAll)).toHaveLength(1);
    const { lastJobId, nextRunAt: next } = await shown(id);
    expect(lastJobId).toBe(tickJobId(id, tick));
    expect(next).toEqual(new Date(tick.getTime() + 10_000));
    expect(await jobs.find(lastJobId ?? '', 'default')).toMatchObject({
      status: 'queued',
      scheduledFor: tick.toISOString(),
    });
    expect(await outboxOf(lastJobId)).toEqual([{ kind: 'work', run: 1 }]);
    expect(await runsOf(id)).toMatchObject([{ number: 1, tick, outcome: 'started', jobId: lastJobId, reason: null }]);
    expect(await ticks.tick(AT_ONCE, takesAll)).toEqual([]);
  });

  it('has what is accepted later leave behind the job of a tick and of a start by hand', async () => {
    const told: string[] = [];
    const tell = (what: string) => () => void told.push(what);
    const dispatch = { ...IDLE_DISPATCH, wake: tell('wake'), hurry: tell('hurry') };
    const store = new TickStore(ledger.database, { dispatch, room });
    const { id } = await due(0);
    await store.tick(AT_ONCE, takesAll);
    await store.start({ id, tenant: null }, null, takesAll);
    await store.tick(AT_ONCE, takesAll);
    expect(told).toEqual(['hurry', 'hurry']);
  });

  it('does each tick once, whichever of three gateways is first', async () => {
    const all = await Promise.all(
      Array.from({ length: 30 }, () => due(20_000, { timing: { cron: null, timezone: 'UTC', every: '1s' } })),
    );
    await ledger.database.query("UPDATE schedules SET next_run_at = anchor_at + interval '1 second'");
    const others = [1, 2].map(() => new Database(ledger.url));
    const stores = [ticks, ...others.map((database) => new TickStore(database, { dispatch: IDLE_DISPATCH, room }))];
    await Promise.all(stores.map((store) => tickAll(store)));
    await tickAll(ticks);
    for (const { id, anchorAt } of all) {
      const started = await runsOf(id);
      const last = (await shown(id)).nextRunAt?.getTime() ?? 0;
      const expected = Math.round((last - anchorAt.getTime()) / 1_000) - 1;
      expect(expected).toBeGreaterThanOrEqual(19);
      expect(started.map(({ tick }) => tick?.getTime())).toEqual(
        Array.from({ length: expected }, (_, index) => anchorAt.getTime() + (expected - index) * 1_000),
      );
      expect(new Set(started.map(({ jobId }) => jobId)).size).toBe(expected);
    }
    const [counted] = await ledger.database.query<{ jobs: number; rows: number }>(
      `SELECT count(*)::int AS jobs, count(outbox.id)::int AS rows FROM schedule_runs
       JOIN jobs ON jobs.id = schedule_runs.job_id LEFT JOIN outbox ON outbox.job_id = jobs.id`,
    );
    expect(counted?.jobs).toBe(counted?.rows);
    await Promise.all(others.map((database) => database.close()));
  }, 30_000);

  it('leaves nothing of a tick that is cut off, and does it again', async () => {
    const { id, nextRunAt } = await due(0);
    const cutOff = new Database(ledger.url);
    const killed: PrepareJob = async () => {
      await ledger.database.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE state = 'idle in transaction' AND pid <> pg_backend_pid()`,
      );
      const jobId = tickJobId(id, nextRunAt ?? new Date(0));
      return takesAll({}, { tenant: 'default', id: jobId, traceparent: null, stored: true });
    };
    const store = new TickStore(cutOff, { dispatch: IDLE_DISPATCH, room });
    await expect(store.tick(AT_ONCE, killed)).rejects.toThrow();
    expect(await runsOf(id)).toEqual([]);
    expect((await shown(id)).nextRunAt).toEqual(nextRunAt);
    await tickAll(ticks);
    expect(await runsOf(id)).toMatchObject([{ outcome: 'started', tick: nextRunAt }]);
    await cutOff.close();
  });

  it('starts no second job for a tick whose job is there, though the schedule was set back', async () => {
    const { id, nextRunAt } = await due(0);
    await ticks.tick(AT_ONCE, takesAll);
    await ledger.database.query('UPDATE schedules SET next_run_at = $2 WHERE id = $1', [id, nextRunAt]);
    await ticks.tick(AT_ONCE, takesAll);
    expect(await runsOf(id)).toMatchObject([
      { outcome: 'skipped', reason: { code: 'id_taken' } },
      { outcome: 'started' },
    ]);
  });

  it('notes a request that is no longer taken with the reason, and keeps the schedule', async () => {
    const { id, nextRunAt } = await due(0);
    const [ticked] = await ticks.tick(AT_ONCE, refusesAll);
    expect(ticked).toMatchObject({ outcome: 'refused', jobId: null });
    expect(await runsOf(id)).toMatchObject([
      { tick: nextRunAt, outcome: 'refused', reason: { code: 'invalid', errors: [{ path: 'payload.width' }] } },
    ]);
    expect((await shown(id)).nextRunAt?.getTime()).toBe((nextRunAt?.getTime() ?? 0) + 10_000);
  });

  it('holds up no other schedule by one whose job no row can hold, whose check fails, or whose time zone is gone', async () => {
    const [bad, failing, lost, good] = await Promise.all([due(0), due(0), due(0), due(0)]);
    await ledger.database.query(
      "UPDATE schedules SET cron = '* * * * *', every = NULL, timezone = 'No/Where' WHERE id = $1",
      [lost.id],
    );
    const prepare: PrepareJob = async (request, origin) => {
      if (origin.id === tickJobId(failing.id, failing.nextRunAt ?? new Date(0))) throw new Error('a slip');
      const prepared = await takesAll(request, origin);
      const unstorable = origin.id === tickJobId(bad.id, bad.nextRunAt ?? new Date(0));
      return prepared.ok && unstorable ? { ok: true, job: { ...prepared.job, metadata: 'no JSON' } } : prepared;
    };
    await tickAll(ticks, prepare);
    for (const { id } of [bad, failing, lost]) {
      expect(await runsOf(id)).toMatchObject([{ outcome: 'refused', reason: { code: 'invalid' } }]);
    }
    expect(await runsOf(good.id)).toMatchObject([{ outcome: 'started' }]);
  });

  it('leaves out what was missed, or makes up for it with one job', async () => {
    const skips = await due(3_600_000);
    const once = await due(3_600_000, { catchUp: 'once' });
    await tickAll(ticks);
    expect(await runsOf(skips.id)).toMatchObject([{ outcome: 'skipped', jobId: null, reason: { code: 'missed' } }]);
    const [caughtUp, ...others] = await runsOf(once.id);
    expect(caughtUp).toMatchObject({ outcome: 'started', reason: { code: 'caught_up' } });
    expect(others).toEqual([]);
    const { nextRunAt } = await shown(once.id);
    expect(caughtUp?.tick?.getTime()).toBe((nextRunAt?.getTime() ?? 0) - 10_000);
  });

  it('starts no job with overlap skip while the last one is open', async () => {
    const { id } = await due(25_000, { overlap: 'skip' });
    await ledger.database.query("UPDATE schedules SET next_run_at = anchor_at + interval '10 seconds' WHERE id = $1", [
      id,
    ]);
    await tickAll(ticks);
    const { lastJobId } = await shown(id);
    expect(await runsOf(id)).toMatchObject([
      { number: 2, outcome: 'skipped', reason: { code: 'last_job_open' } },
      { number: 1, outcome: 'started', jobId: lastJobId },
    ]);
    await expect(ticks.start({ id, tenant: 'default' }, null, takesAll)).resolves.toMatchObject({ kind: 'open' });
    await ledger.database.query("UPDATE jobs SET status = 'completed', completed_at = now() WHERE id = $1", [
      lastJobId,
    ]);
    await expect(ticks.start({ id, tenant: 'default' }, null, takesAll)).resolves.toMatchObject({ kind: 'started' });
  });

  it('cancels the last job with overlap replace, and only when another takes its place', async () => {
    const { id } = await due(0, { overlap: 'replace' });
    const first = await ticks.start({ id, tenant: null }, null, takesAll);
    const firstId = first?.kind === 'started' ? first.job.id : '';
    await ticks.tick(AT_ONCE, refusesAll);
    expect(await jobs.find(firstId, null)).toMatchObject({ status: 'queued' });
    await ledger.database.query("UPDATE jobs SET status = 'running', started_at = now() WHERE id = $1", [firstId]);
    await ledger.database.query(
      "UPDATE schedules SET next_run_at = next_run_at - interval '10 seconds' WHERE id = $1",
      [id],
    );
    await ticks.tick(AT_ONCE, takesAll);
    expect((await jobs.find(firstId, null))?.cancelRequestedAt).not.toBeNull();
    const { lastJobId } = await shown(id);
    expect(lastJobId).not.toBe(firstId);
    await ticks.start({ id, tenant: null }, null, takesAll);
    expect(await jobs.find(lastJobId ?? '', null)).toMatchObject({ status: 'cancelled' });
    expect((await runsOf(id)).map(({ outcome }) => outcome)).toEqual(['started', 'started', 'refused', 'started']);
  });

  it('lets jobs wait like others whose time has come while the outbox is full, and starts none by hand', async () => {
    const { id } = await due(0);
    room.full = true;
    await ticks.tick(AT_ONCE, takesAll);
    const { lastJobId } = await shown(id);
    expect(await jobs.find(lastJobId ?? '', null)).toMatchObject({ status: 'scheduled' });
    expect(await outboxOf(lastJobId)).toEqual([]);
    await expect(ticks.start({ id, tenant: null }, null, takesAll)).rejects.toThrow(OutboxFullError);
    expect(await shown(id)).toMatchObject({ lastJobId });
  });

  it('starts a job by hand without moving the ticks, also while the schedule is paused', async () => {
    const { id } = await schedules.create('default', { ...definition, enabled: false });
    const start = await ticks.start({ id, tenant: 'default' }, null, takesAll);
    const { lastJobId, nextRunAt } = await shown(id);
    expect(start).toMatchObject({ kind: 'started', job: { id: lastJobId, status: 'queued' } });
    expect(nextRunAt).toBeNull();
    expect(await jobs.find(lastJobId ?? '', 'default')).toMatchObject({ status: 'queued', scheduledFor: null });
    expect(await runsOf(id)).toMatchObject([{ tick: null, outcome: 'started', jobId: lastJobId }]);
    await expect(ticks.start({ id, tenant: 'other' }, null, takesAll)).resolves.toBeUndefined();
    await expect(ticks.start({ id, tenant: null }, null, refusesAll)).resolves.toMatchObject({ kind: 'invalid' });
  });

  it('keeps the latest thousand runs', async () => {
    const { id } = await due(0);
    await ledger.database.query('UPDATE schedules SET runs = 1500 WHERE id = $1', [id]);
    await ledger.database.query(
      `INSERT INTO schedule_runs (schedule_id, number, outcome) SELECT $1, number, 'skipped' FROM generate_series(501, 1500) AS number`,
      [id],
    );
    await ticks.tick(AT_ONCE, takesAll);
    expect(
      await ledger.database.query('SELECT count(*)::int, min(number)::int, max(number)::int FROM schedule_runs'),
    ).toEqual([{ count: 1_000, min: 502, max: 1_501 }]);
  });

  it('tells whether a tick is due, and how long it is until the next', async () => {
    expect(await ticks.look()).toEqual({ isDue: false, untilNextMs: Number.POSITIVE_INFINITY });
    await schedules.create('default', { ...definition, timing: { cron: '* * * * * *', timezone: 'UTC', every: null } });
    const { isDue, untilNextMs } = await ticks.look();
    expect(isDue).toBe(false);
    expect(untilNextMs).toBeGreaterThan(0);
    expect(untilNextMs).toBeLessThanOrEqual(1_000);
    await due(0);
    const behind = await ticks.look();
    expect(behind.isDue).toBe(true);
    expect(behind.untilNextMs).toBeLessThanOrEqual(untilNextMs);
  });
});
