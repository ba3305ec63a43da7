import { Readable } from 'node:stream';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { uuidv7 } from 'uuidv7';
import { type JobStatus } from '#libs/contracts';
import { createTelemetry, type Telemetry } from '#libs/observability';
import { outputKey, type Storage, uploadKey } from '#libs/storage';
import { Database } from '../ledger/database.js';
import { JobStore } from '../ledger/job-store.js';
import { type NewJob } from '../ledger/new-job.js';
import { RetentionStore } from '../ledger/retention-store.js';
import { UploadStore } from '../ledger/upload-store.js';
import { IDLE_DISPATCH } from '../testing/idle-dispatch.js';
import { newJob } from '../testing/new-job.js';
import { ADMIN_KEY, type RealEdge, startRealEdge } from '../testing/real-edge.js';
import { choresOf } from './chores.js';
import { Retention } from './retention.js';

const DAY_MS = 86_400_000;
const WEEK = 7 * DAY_MS;
const KEPT = {
  jobs: { completed: WEEK, failed: 30 * DAY_MS, cancelled: null },
  ...{ uploadsMs: WEEK, eventsMs: WEEK, historyMs: 30 * DAY_MS },
};
const TABLES = [
  ...['jobs', 'uploads', 'schedules', 'triggers', 'events', 'outbox', 'batches', 'endings', 'spawn_refusals'],
  'queue_minutes',
];

describe('retention', () => {
  let edge: RealEdge;
  let database: Database;
  let jobs: JobStore;
  let uploads: UploadStore;
  let telemetry: Telemetry;
  const log: string[] = [];

  beforeAll(async () => {
    edge = await startRealEdge();
    ({ database } = edge);
    jobs = new JobStore(database, IDLE_DISPATCH);
    uploads = new UploadStore(database);
    const destination = { write: (line: string) => void log.push(line) };
    telemetry = createTelemetry({ service: 'gateway', level: 'debug', destination });
  }, 60_000);

  afterAll(() => edge.stop());

  afterEach(async () => {
    log.length = 0;
    for (const table of TABLES) {
      await database.query(`DELETE FROM ${table}`);
    }
  });

  const round = (
    storage: Pick<Storage, 'remove' | 'removeAll'> = edge.storage,
    store = new RetentionStore(database),
    kept = KEPT,
  ): Promise<void> => new Retention(choresOf(kept, store, storage), telemetry).round();

  /** A job that ended so many days ago. */
  const ended = async (status: JobStatus, daysAgo: number, changes: Partial<NewJob> = {}): Promise<string> => {
    const { job } = await jobs.accept(newJob(changes));
    await database.query(
      `UPDATE jobs SET status = $2, completed_at = now() - $3 * interval '1 day', created_at = now() - $3 * interval '1 day'
       WHERE id = $1`,
      [job.id, status, daysAgo],
    );
    return job.id;
  };
  const put = async (key: string): Promise<string> => {
    await edge.storage.put(key, Readable.from(['content']), { filename: 'a.txt', contentType: 'text/plain' });
    return key;
  };
  const upload = async (daysAgo: number): Promise<{ readonly key: string; readonly id: string }> => {
    const key = uploadKey('default');
    await uploads.note(key);
    await put(key);
    const [, id = ''] = key.split('/');
    await database.query("UPDATE uploads SET used_at = now() - $2 * interval '1 day' WHERE id = $1", [id, daysAgo]);
    return { key, id };
  };
  const schedule = (key: string | undefined): Promise<unknown> =>
    database.query(
      `INSERT INTO schedules (id, tenant, name, timezone, every, request, enabled, catch_up, overlap, anchor_at)
       VALUES ($1, 'default', 'x', 'UTC', '"1h"', $2, false, 'skip', 'allow', now())`,
      [uuidv7(), { payload: { deep: [{ key }] } }],
    );
  const trigger = (key: string | undefined): Promise<unknown> =>
    database.query(
      `INSERT INTO triggers (id, tenant, name, pattern, filter, request, enabled) VALUES ($1, 'default', 'x', '#', '{}', $2, true)`,
      [uuidv7(), { payload: { key } }],
    );
  const there = async (id: string): Promise<boolean> => (await jobs.find(id, null)) !== undefined;
  const isStored = async (key: string): Promise<boolean> => (await edge.storage.stat(key)) !== undefined;

  it('removes final jobs that are older than their status is kept, and no others', async () => {
    const gone = [await ended('completed', 8), await ended('failed', 31)];
    const { job: open } = await jobs.accept(newJob());
    const stay = [
      ...[await ended('completed', 6), await ended('failed', 29), await ended('cancelled', 1_000), open.id],
      await ended('completed', 8, { uniqueKey: 'a', uniqueUntil: new Date(Date.now() + DAY_MS) }),
    ];
    await round();
    for (const id of gone) expect(await there(id)).toBe(false);
    for (const id of stay) expect(await there(id)).toBe(true);
  });

  it('removes with a job its attempts, logs, dead letter and files, and counts it as gone', async () => {
    const [id, other] = [await ended('failed', 31), await ended('failed', 29)];
    const [mine, theirs] = [
      await put(outputKey('default', id, 1, 'a.txt')),
      await put(outputKey('default', other, 1, 'a.txt')),
    ];
    await database.query('INSERT INTO attempts (job_id, run, attempt) VALUES ($1, 1, 1)', [id]);
    await database.query(
      `INSERT INTO job_logs (job_id, run, seq, attempt, at, level, message, fields)
       VALUES ($1, 1, 1, 1, now(), 'info', 'x', '{}')`,
      [id],
    );
    await database.query(
      `INSERT INTO dead_letters (id, job_id, tenant, queue, task, run, error, reason, payload)
       VALUES (gen_random_uuid(), $1, 'default', 'lab', 'lab.noop', 1, '{}', 'x', '{}')`,
      [id],
    );
    await round();
    expect([await isStored(mine), await isStored(theirs)]).toEqual([false, true]);
    for (const table of ['attempts', 'job_logs', 'dead_letters']) {
      expect(await database.query(`SELECT FROM ${table} WHERE job_id = $1`, [id])).toEqual([]);
    }
    expect(await database.query('SELECT sum(left_failed)::int AS gone FROM queue_minutes')).toEqual([{ gone: 1 }]);
  });

  it('keeps a job while its files cannot be removed, and says so', async () => {
    const id = await ended('completed', 8);
    const fails = (): Promise<never> => Promise.reject(new Error('The disk is gone.'));
    await round({ remove: fails, removeAll: fails });
    expect(await there(id)).toBe(true);
    expect(log.join()).toContain('The disk is gone.');
    await round();
    expect(await there(id)).toBe(false);
  });

  it('keeps a job whose files a job needs that has not ended', async () => {
    const id = await ended('completed', 8);
    const { job } = await jobs.accept(newJob({ files: [id] }));
    await round();
    expect(await there(id)).toBe(true);
    await database.query("UPDATE jobs SET status = 'cancelled', completed_at = now() WHERE id = $1", [job.id]);
    await round();
    expect(await there(id)).toBe(false);
  });

  it('keeps a job whose files a schedule or a trigger names', async () => {
    const bySchedule = await ended('completed', 8);
    const byTrigger = await ended('completed', 8);
    const unnamed = await ended('completed', 8);
    await schedule(outputKey('default', bySchedule, 1, 'a.txt'));
    await trigger(outputKey('default', byTrigger, 1, 'a.txt'));
    const present = (): Promise<boolean[]> => Promise.all([bySchedule, byTrigger, unnamed].map(there));
    await round();
    expect(await present()).toEqual([true, true, false]);
    await database.query('DELETE FROM schedules');
    await database.query('DELETE FROM triggers');
    await round();
    expect(await present()).toEqual([false, false, false]);
  });

  it('removes uploads that nothing names, and keeps the others until then', async () => {
    const [unused, young, byJob, bySchedule, byTrigger] = [
      ...[await upload(8), await upload(6), await upload(8), await upload(8), await upload(8)],
    ];
    const job = await ended('completed', 1, { files: [byJob?.id ?? ''] });
    await schedule(bySchedule?.key);
    await trigger(byTrigger?.key);
    const stored = (): Promise<boolean[]> =>
      Promise.all([unused, young, byJob, bySchedule, byTrigger].map((one) => isStored(one?.key ?? '')));
    await round();
    expect(await stored()).toEqual([false, true, true, true, true]);
    await database.query('DELETE FROM jobs WHERE id = $1', [job]);
    await round();
    expect(await stored()).toEqual([false, true, true, true, true]);
    await database.query("UPDATE uploads SET used_at = now() - interval '8 days'");
    await round();
    expect(await stored()).toEqual([false, false, false, true, true]);
  });

  it('notes an upload by HTTP, and the files that the payload of a job names', async () => {
    await edge.announce([{}]);
    const headers = { authorization: `Bearer ${ADMIN_KEY}` };
    const uploaded = await fetch(`${edge.url}/v1/files?filename=a.txt`, { method: 'POST', headers, body: 'content' });
    const { key } = (await uploaded.json()) as { key: string };
    const [, id = ''] = key.split('/');
    expect(await database.query('SELECT id, tenant FROM uploads')).toEqual([{ id, tenant: 'default' }]);
    for (const payload of [{ deep: [{ source: { key } }] }, { id: key }]) {
      await fetch(`${edge.url}/v1/jobs`, {
        ...{ method: 'POST', headers: { ...headers, 'content-type': 'application/json' } },
        body: JSON.stringify({ task: 'demo.echo', payload }),
      });
    }
    expect(await database.query('SELECT files FROM jobs')).toEqual([{ files: [id] }, { files: [id] }]);
  });

  it('forgets events, histories and empty batches that are old, and runs that a trigger has too many of', async () => {
    const [trigger, batch, used] = [uuidv7(), uuidv7(), uuidv7()];
    await database.query(
      `INSERT INTO triggers (id, tenant, name, pattern, filter, request, enabled) VALUES ($1, 'default', 'x', '#', '{}', '{}', true)`,
      [trigger],
    );
    await database.query(
      `INSERT INTO events (uid, tenant, id, type, data, received_at, fired_at)
       SELECT gen_random_uuid(), 'default', n, 'a', '1', now() - n * interval '1 day', CASE WHEN n <> 9 THEN now() END
       FROM generate_series(1, 10) AS n`,
    );
    await database.query(
      `INSERT INTO trigger_runs (trigger_id, event_uid, event_id, event_type, outcome, ran_at)
       SELECT $1, gen_random_uuid(), 'e', 'a', 'skipped', CASE WHEN n <= 3 THEN now() - interval '31 days' ELSE now() END
       FROM generate_series(1, 1010) AS n`,
      [trigger],
    );
    await database.query(
      `INSERT INTO batches (id, tenant, total, completed_at)
       VALUES ($1, 'default', 1, now() - interval '31 days'), ($2, 'default', 1, now() - interval '31 days')`,
      [batch, used],
    );
    await database.query('INSERT INTO spawn_refusals (batch_id, job_id) VALUES ($1, $2), ($2, $1)', [batch, used]);
    await database.query(
      "INSERT INTO outbox (kind, event_uid, free_at) SELECT 'event', uid, now() FROM events WHERE id = '10'",
    );
    await ended('cancelled', 31, { batchId: used });
    await round();
    expect(await database.query('SELECT id FROM events ORDER BY id::int')).toEqual(
      [1, 2, 3, 4, 5, 6, 9, 10].map((n) => ({ id: String(n) })),
    );
    expect(await database.query('SELECT count(*)::int AS runs FROM trigger_runs')).toEqual([{ runs: 1_000 }]);
    expect(await database.query('SELECT id FROM batches')).toEqual([{ id: used }]);
    expect(await database.query('SELECT batch_id FROM spawn_refusals')).toEqual([{ batch_id: used }]);
  });

  it('goes on until nothing is left, by one gateway at a time', async () => {
    for (let count = 0; count < 450; count += 1) await ended('completed', 8);
    const other = new Database(edge.databaseUrl);
    let inside = 0;
    let most = 0;
    const watched = {
      remove: () => Promise.resolve(true),
      removeAll: async (): Promise<number> => {
        inside += 1;
        most = Math.max(most, inside);
        await new Promise((resolve) => setImmediate(resolve));
        inside -= 1;
        return 0;
      },
    };
    await Promise.all([round(watched), round(watched, new RetentionStore(other))]);
    await round(watched);
    expect(await database.query('SELECT FROM jobs')).toEqual([]);
    expect(most).toBeLessThanOrEqual(10);
    await other.close();
  });
});
