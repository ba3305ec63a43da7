import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AuditStore } from '../ledger/audit-store.js';
import { Client } from '../testing/client.js';
import { newJob } from '../testing/new-job.js';
import { type RealEdge, startRealEdge } from '../testing/real-edge.js';
import { reconcilerTimes } from './times.js';

const START_MS = 60_000;

describe('GET /v1/audit', () => {
  let edge: RealEdge;
  let client: Client;

  beforeAll(async () => {
    edge = await startRealEdge();
    client = new Client(edge.url);
  }, START_MS);

  afterAll(() => edge.stop());

  it('counts the open jobs of every queue, and says why lost ones are not looked for', async () => {
    await edge.jobs.accept(newJob());
    await edge.jobs.accept(newJob({ queue: 'other', scheduledFor: new Date(Date.now() + 60_000) }));
    const none = { unaccounted: 0, outbox: 0, delayed: 0, waiting: 0, paused: 0, running: 0, scheduled: 0 };
    const { status, json } = await client.get<object>('/v1/audit');
    expect([status, json]).toMatchObject([
      200,
      {
        ...{ ...none, outbox: 1, scheduled: 1, open: 2, suspects: 0 },
        queues: [
          { queue: 'lab', ...none, outbox: 1 },
          { queue: 'other', ...none, scheduled: 1 },
        ],
        reconciler: { working: false, reason: 'No gateway has begun to look for lost jobs.' },
        sentinel: { since: null, checkedAt: null, wipedAt: null },
      },
    ]);
  });

  it('counts, to scale by, the jobs of each announced queue that are open and not scheduled for later', async () => {
    await edge.announce([{}]);
    const of = { task: 'demo.echo', queue: 'demo' };
    const [ended] = await Promise.all([
      edge.jobs.accept(newJob(of)),
      edge.jobs.accept(newJob(of)),
      edge.jobs.accept(newJob({ ...of, scheduledFor: new Date(Date.now() + 60_000) })),
    ]);
    const open = (): Promise<object[]> => new AuditStore(edge.database, reconcilerTimes(30_000)).open();
    expect(await open()).toEqual([{ queue: 'demo', jobs: 2 }]);
    await set(ended.job.id, "status = 'completed', completed_at = now()");
    expect(await open()).toEqual([{ queue: 'demo', jobs: 1 }]);
  });

  const place = async (id: string): Promise<object> => (await client.get<object>(`/v1/audit?jobId=${id}`)).json;
  const set = (id: string, to: string): Promise<unknown> =>
    edge.database.query(`UPDATE jobs SET ${to} WHERE id = $1`, [id]);

  it('tells where one job is: in the ledger, in its queue, or at its end', async () => {
    const { id } = (await edge.jobs.accept(newJob({ queue: 'one' }))).job;
    expect(await place(id)).toEqual({
      ...{ jobId: id, task: 'lab.noop', queue: 'one', status: 'queued', run: 1, place: 'outbox' },
      detail: 'Its message waits in the ledger for the broker to take it.',
      ...{ dueAt: null, suspectedAt: null, parkedReason: null, holder: null },
    });
    await edge.database.query(`UPDATE outbox SET parked_reason = 'returned' WHERE job_id = $1`, [id]);
    expect(await place(id)).toMatchObject({ place: 'outbox', parkedReason: 'returned' });
    await edge.database.query('DELETE FROM outbox WHERE job_id = $1', [id]);
    expect(await place(id)).toMatchObject({ place: 'waiting', holder: null });
    await edge.database.query(`INSERT INTO queue_settings (queue, paused, version) VALUES ('one', true, 1)`);
    expect(await place(id)).toMatchObject({ place: 'paused' });
    await edge.database.query(
      `INSERT INTO suspects (job_id, run, version, queue, priority, cause, since, evident)
       SELECT id, run, version, queue, priority, 'message_lost', '2026-01-01T00:00:00Z', true FROM jobs WHERE id = $1`,
      [id],
    );
    expect(await place(id)).toMatchObject({ place: 'unaccounted', suspectedAt: '2026-01-01T00:00:00.000Z' });
    await set(id, `status = 'completed', completed_at = now(), version = version + 1`);
    expect(await place(id)).toMatchObject({
      place: 'ended',
      suspectedAt: null,
      detail: expect.stringContaining('ended'),
    });
  });

  it('tells who has a job, and whether its worker still says so', async () => {
    const { id } = (await edge.jobs.accept(newJob({ queue: 'two' }))).job;
    await edge.database.query('DELETE FROM outbox WHERE job_id = $1', [id]);
    const hear = (runs: readonly object[], ago = '0 s'): Promise<unknown> =>
      edge.database.query(
        `INSERT INTO workers (domain, id, app_version, concurrency, runs, seq, heard_at)
         VALUES ('two', 'two@w', '1', 1, $1::text::jsonb, 1, now() - $2::text::interval)
         ON CONFLICT (domain, id) DO UPDATE SET runs = excluded.runs, heard_at = excluded.heard_at`,
        [JSON.stringify(runs), ago],
      );
    await hear([{ job: id, run: 1 }]);
    const holder = { workerId: 'two@w', heardAt: expect.any(String), alive: true, named: true };
    expect(await place(id)).toMatchObject({
      place: 'waiting',
      holder,
      detail: expect.stringContaining('has a place'),
    });
    await set(id, `status = 'running', attempt = 1, worker_id = 'two@w', started_at = now()`);
    expect(await place(id)).toMatchObject({ place: 'running', holder, detail: 'A worker runs it.' });
    await hear([]);
    expect(await place(id)).toMatchObject({
      holder: { named: false },
      detail: expect.stringContaining('does not name'),
    });
    await hear([{ job: id, run: 1 }], '1 min');
    await set(id, 'returned_at = now()');
    expect(await place(id)).toMatchObject({
      holder: { alive: false },
      detail: expect.stringContaining('has come back'),
    });
    await edge.database.query('DELETE FROM workers');
    expect(await place(id)).toMatchObject({ holder: { workerId: 'two@w', heardAt: null, alive: false, named: false } });
  });

  it('tells when a job that waits is due', async () => {
    const at = '2099-01-01T00:00:00.000Z';
    const { id } = (await edge.jobs.accept(newJob({ scheduledFor: new Date(at) }))).job;
    expect(await place(id)).toMatchObject({ place: 'scheduled', dueAt: at });
    await set(id, `status = 'retrying', next_attempt_at = '${at}'`);
    expect(await place(id)).toMatchObject({ place: 'delayed', dueAt: at });
  });

  it('names the parameter that is wrong, and knows no job of another id', async () => {
    expect(await client.get('/v1/audit?jobId=none')).toMatchObject({
      status: 422,
      json: { errors: [{ path: 'jobId' }] },
    });
    expect((await client.get('/v1/audit?jobId=0198aaaa-bbbb-7ccc-8ddd-eeeeffff0000')).status).toBe(404);
  });

  it('is for admins, and takes no other parameters', async () => {
    const key = { name: 'reader', tenant: 'default', scopes: ['jobs:read'] };
    const { json } = await client.post<{ secret: string }>('/v1/api-keys', key);
    expect((await client.get('/v1/audit', { key: json.secret })).status).toBe(403);
    expect((await client.get('/v1/audit?queue=lab')).status).toBe(422);
  });
});
