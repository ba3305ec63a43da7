import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { createTelemetry } from '#libs/observability';
import { IDLE_DISPATCH } from '../testing/idle-dispatch.js';
import { newJob } from '../testing/new-job.js';
import { type RealLedger, startRealLedger } from '../testing/real-ledger.js';
import { JobStore } from './job-store.js';
import { type OutboxBound, OutboxFullError, OutboxRoom } from './outbox-room.js';

const telemetry = createTelemetry({ service: 'spec', level: 'silent' });

describe('the outbox', () => {
  let ledger: RealLedger;
  beforeAll(async () => {
    ledger = await startRealLedger();
  }, 30_000);
  afterAll(() => ledger.stop());
  beforeEach(async () => {
    await ledger.database.query('TRUNCATE jobs, outbox CASCADE');
  });

  function roomFor(bound: Partial<OutboxBound>): { room: OutboxRoom; jobs: JobStore } {
    const room = new OutboxRoom(
      ledger.database,
      { rows: 1_000, bytes: 1_000_000, ...bound },
      { telemetry, reaches: () => true },
    );
    return { room, jobs: new JobStore(ledger.database, IDLE_DISPATCH, room) };
  }

  it('takes no more jobs than its bound, and none of what it refuses is entered', async () => {
    const { room, jobs } = roomFor({ rows: 20 });
    const answers = await Promise.allSettled(Array.from({ length: 30 }, () => jobs.accept(newJob())));
    const refused = answers.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason as unknown] : []));
    expect(refused).toHaveLength(10);
    expect(refused.every((error) => error instanceof OutboxFullError)).toBe(true);
    expect(await ledger.database.query('SELECT id FROM jobs')).toHaveLength(20);
    await room.measure();
    expect(room.full).toBe(true);
  });

  it('has room again when a tenth of it is free, and says so', async () => {
    const { room, jobs } = roomFor({ rows: 20 });
    const changes: boolean[] = [];
    room.onChange((full) => changes.push(full));
    await Promise.all(Array.from({ length: 20 }, () => jobs.accept(newJob())));
    const leave = (count: number): Promise<unknown> =>
      ledger.database.query('DELETE FROM outbox WHERE id IN (SELECT id FROM outbox ORDER BY id LIMIT $1)', [count]);
    await leave(1);
    await room.measure();
    await expect(jobs.accept(newJob())).rejects.toBeInstanceOf(OutboxFullError);
    await leave(1);
    await room.measure();
    await jobs.accept(newJob());
    expect(changes).toEqual([true, false]);
  });

  it('is full of a few large payloads as well', async () => {
    const { room, jobs } = roomFor({ bytes: 40_000 });
    const large = (): ReturnType<typeof newJob> => newJob({ payload: JSON.stringify(incompressible(10_000)) });
    for (let i = 0; i < 4; i += 1) await jobs.accept(large());
    await expect(jobs.accept(newJob())).rejects.toBeInstanceOf(OutboxFullError);
    await room.measure();
    expect(room.full).toBe(true);
    await ledger.database.query('DELETE FROM outbox WHERE id = (SELECT min(id) FROM outbox)');
    await room.measure();
    expect(room.full).toBe(false);
  });

  it('counts what other gateways have let in when it is measured', async () => {
    const here = roomFor({ rows: 10 });
    const there = roomFor({ rows: 10 });
    await Promise.all(Array.from({ length: 10 }, () => there.jobs.accept(newJob())));
    expect(here.room.full).toBe(false);
    await here.room.measure();
    expect(here.room.full).toBe(true);
  });

  it('takes jobs that do not go out now, and counts no row that waits for its time', async () => {
    const { room, jobs } = roomFor({ rows: 5 });
    await Promise.all(Array.from({ length: 5 }, () => jobs.accept(newJob())));
    await jobs.accept(newJob({ scheduledFor: new Date(Date.now() + 3_600_000) }));
    await ledger.database.query(`UPDATE outbox SET free_at = now() + interval '1 hour'`);
    await room.measure();
    expect(room.full).toBe(false);
  });

  it('counts what is held only while the broker takes nothing, and of that what came since', async () => {
    let reaches = true;
    const room = new OutboxRoom(ledger.database, { rows: 5, bytes: 1_000_000 }, { telemetry, reaches: () => reaches });
    const jobs = new JobStore(ledger.database, { ...IDLE_DISPATCH, admits: () => false }, room);
    const enter = async (count: number): Promise<void> => {
      for (let index = 0; index < count; index += 1) await jobs.accept(newJob());
      await room.measure();
    };
    for (let round = 0; round < 3; round += 1) await enter(4);
    expect(room.full).toBe(false);
    await ledger.database.query("UPDATE jobs SET created_at = created_at - interval '1 minute'");
    reaches = false;
    await room.measure();
    await enter(4);
    expect(room.full).toBe(false);
    await enter(1);
    expect(room.full).toBe(true);
    await expect(jobs.accept(newJob())).rejects.toThrow(OutboxFullError);
    reaches = true;
    await room.measure();
    expect(room.full).toBe(false);
  });
});

/** Text that the database cannot make smaller. */
function incompressible(length: number): string {
  return Array.from({ length }, () => String.fromCharCode(33 + Math.floor(Math.random() * 90))).join('');
}

describe('the next look at the outbox', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  it.each([
    { took: 10, failed: false, after: 1_000, what: 'a second after a quick one' },
    { took: 200, failed: false, after: 1_800, what: 'nine times as long after a slow one as that took' },
    { took: 4_000, failed: false, after: 5_000, what: 'five seconds after one during which the database was frozen' },
    { took: 8_000, failed: true, after: 5_000, what: 'five seconds after one that the database did not answer' },
  ])('comes $what', async ({ took, failed, after }) => {
    let looks = 0;
    const look = async (): Promise<never[]> => {
      looks += 1;
      if (looks === 1) return [];
      await new Promise((resolve) => setTimeout(resolve, took));
      if (failed) throw new Error('No answer.');
      return [];
    };
    const room = new OutboxRoom({ queryByKey: look }, { rows: 1, bytes: 1 }, { telemetry, reaches: () => true });
    await room.start();
    await jest.advanceTimersByTimeAsync(1_000 + took);
    expect(looks).toBe(2);
    await jest.advanceTimersByTimeAsync(after - 1);
    expect(looks).toBe(2);
    await jest.advanceTimersByTimeAsync(1);
    expect(looks).toBe(3);
    room.stop();
  });
});
