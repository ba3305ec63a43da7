import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
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
