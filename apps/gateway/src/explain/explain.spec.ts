import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { HeldStore } from '../ledger/held-store.js';
import { bucketOf } from '../ledger/queue-counts.js';
import { Client } from '../testing/client.js';
import { type RealEdge, startRealEdge } from '../testing/real-edge.js';
import { type Explanation } from './explainer.js';

const BACKLOG = 20_000;
const AT_ONCE = 5_000;

describe('an explanation', () => {
  let edge: RealEdge;
  let client: Client;
  const run = (sql: string, values: readonly unknown[] = []): Promise<unknown[]> => edge.database.query(sql, values);

  beforeAll(async () => {
    edge = await startRealEdge();
    client = new Client(edge.url);
    await edge.announce([{}]);
  }, 60_000);

  afterAll(() => edge.stop());

  beforeEach(async () => {
    await run(
      'TRUNCATE jobs, outbox, workers, queue_settings, queue_minutes, queue_durations, concurrency_calls CASCADE',
    );
    await run(
      `INSERT INTO workers (domain, id, app_version, concurrency, runs, seq) VALUES ('demo', 'w', '1', 2, '[]', 1)`,
    );
  });

  async function enqueue(options: object = {}): Promise<string> {
    const { status, json } = await client.post<{ id: string }>('/v1/jobs', { task: 'demo.echo', ...options });
    expect(status).toBe(202);
    return json.id;
  }

  async function explained(id: string): Promise<Explanation> {
    const { status, json } = await client.get<Explanation>(`/v1/jobs/${id}/explain`);
    expect(status).toBe(200);
    return json;
  }

  const codes = async (id: string): Promise<string[]> => (await explained(id)).reasons.map(({ code }) => code);
  const sent = (): Promise<unknown> => run('DELETE FROM outbox');
  const letGo = async (): Promise<void> => {
    await new HeldStore(edge.database).look({ windowOf: () => 100, most: 100, claimed: false, random: () => 0 });
    await sent();
  };

  /** In seconds from now. */
  async function expectEstimate(
    id: string,
    { starts, ends }: Readonly<Record<'starts' | 'ends', readonly [number, number]>>,
  ): Promise<void> {
    const asked = Date.now();
    const { estimate } = await explained(id);
    const { startsAt, endsAt } = estimate ?? {};
    const told = [startsAt?.from, startsAt?.to, endsAt?.from, endsAt?.to];
    for (const [index, seconds] of [...starts, ...ends].entries()) {
      const after = (Date.parse(told[index] ?? '') - asked) / 1_000;
      expect(after).toBeGreaterThan(seconds * 0.9);
      expect(after).toBeLessThan(seconds * 1.1 + 5);
    }
  }

  it('says that the queue is paused, or that nobody works on it', async () => {
    const id = await enqueue();
    await sent();
    await client.post('/v1/queues/demo/pause', undefined);
    await run('DELETE FROM workers');
    const explanation = await explained(id);
    expect(explanation.reasons.map(({ code }) => code)).toEqual(['queue_paused', 'no_consumer', 'in_queue']);
    expect(explanation.reasons[0]?.message).toContain('paused');
    expect(explanation.estimate).toBeNull();
  });

  it('counts what is before the job: higher priorities, and what came earlier', async () => {
    // The third waits in the worker for a place: there are two.
    await run(`UPDATE workers SET runs = '[{"job":"x","run":1},{"job":"y","run":1},{"job":"z","run":1}]'`);
    for (const priority of [4, 9, 1]) await enqueue({ priority });
    const id = await enqueue({ priority: 4 });
    await enqueue({ priority: 4 });
    await sent();
    const { reasons, position } = await explained(id);
    expect(reasons).toMatchObject([{ code: 'in_queue', ahead: 2, places: 2, taken: 2 }]);
    expect(reasons[0]?.message).toContain('2 are before it');
    expect(position).toEqual({ ahead: 2, more: false });
  });

  it('says for which time the job waits', async () => {
    const scheduled = await explained(await enqueue({ delay: '1h' }));
    expect(scheduled).toMatchObject({ state: 'scheduled', position: null, reasons: [{ code: 'scheduled' }] });
    expect(scheduled.reasons[0]?.message).toMatch(/in 60 minutes/);
    const retrying = await enqueue();
    await sent();
    await run("UPDATE jobs SET status = 'retrying', next_attempt_at = now() + interval '12 s' WHERE id = $1", [
      retrying,
    ]);
    expect((await explained(retrying)).reasons).toMatchObject([
      { code: 'retry', message: expect.stringContaining('in 1') },
    ]);
  });

  it('says which job has the concurrency key', async () => {
    const first = await enqueue({ concurrencyKey: 'k' });
    await letGo();
    const [second, third] = [await enqueue({ concurrencyKey: 'k' }), await enqueue({ concurrencyKey: 'k' })];
    expect((await explained(second)).reasons).toMatchObject([{ code: 'concurrency_key', heldBy: first, ahead: 0 }]);
    expect(await explained(third)).toMatchObject({ position: { ahead: 2 }, reasons: [{ heldBy: first, ahead: 1 }] });
  });

  it('says that the tenant has to wait for its turn', async () => {
    const ids = [await enqueue(), await enqueue(), await enqueue({ priority: 9 }), await enqueue()];
    await sent();
    await run("UPDATE jobs SET held = 'turn' WHERE id <> $1", [ids[0]]);
    const { reasons, position } = await explained(ids[3] ?? '');
    expect(reasons).toMatchObject([{ code: 'turn', ahead: 2, tenantsInLine: 1 }]);
    expect(position).toEqual({ ahead: 3, more: false });
    await run("INSERT INTO queue_settings (queue, version, release_order) VALUES ('demo', 1, 'lifo')");
    expect((await explained(ids[3] ?? '')).reasons).toMatchObject([{ code: 'turn', ahead: 1 }]);
  });

  it('says that no queue takes the message, or that it is being sent', async () => {
    const id = await enqueue();
    expect(await codes(id)).toEqual(['being_sent']);
    await run("UPDATE outbox SET parked_reason = 'returned', free_at = now() + interval '30 s'");
    expect((await explained(id)).reasons).toMatchObject([{ code: 'parked', parkedReason: 'returned' }]);
  });

  it('says who runs the job, and that it has ended', async () => {
    const id = await enqueue();
    await sent();
    await run("UPDATE jobs SET status = 'running', started_at = now(), worker_id = 'w' WHERE id = $1", [id]);
    await run(`UPDATE workers SET runs = jsonb_build_array(jsonb_build_object('job', $1::text, 'run', 1))`, [id]);
    expect(await explained(id)).toMatchObject({
      state: 'running',
      position: null,
      reasons: [{ code: 'running', workerId: 'w' }],
    });
    await run("UPDATE jobs SET status = 'completed', completed_at = now() WHERE id = $1", [id]);
    expect(await explained(id)).toMatchObject({ state: 'completed', estimate: null, reasons: [{ code: 'ended' }] });
  });

  it('estimates start and end by the better and the worse minutes of the last hour', async () => {
    await run(`UPDATE workers SET runs = '[{"job":"x","run":1},{"job":"y","run":1}]'`);
    const minutes = [60, 60, 60, 60, 60, 120, 120, 120, 120, 120];
    for (const [index, ended] of minutes.entries()) {
      await run(
        "INSERT INTO queue_minutes (queue, minute, completed) VALUES ('demo', date_trunc('minute', now()) - $1 * interval '1 min', $2)",
        [index + 1, ended],
      );
    }
    for (const ms of [1_000, 10_000]) {
      await run("INSERT INTO queue_durations (queue, bucket, runs, total_ms) VALUES ('demo', $1, 50, 1)", [
        bucketOf(ms),
      ]);
    }
    for (let job = 0; job < 9; job += 1) await enqueue();
    const id = await enqueue();
    await sent();
    await expectEstimate(id, { starts: [5, 10], ends: [6, 20] });
  });

  it('estimates by what jobs of the same class of priorities took, and by what those of higher ones left', async () => {
    await run(`UPDATE workers SET runs = '[{"job":"x","run":1},{"job":"y","run":1}]'`);
    for (const [minute, priorityClass, ended] of [
      ...[1, 2, 3].map((at) => [at, 1, 100]),
      ...[1, 2, 3].map((at) => [at, 0, 20]),
    ]) {
      await run(
        `INSERT INTO queue_minutes (queue, minute, class, completed)
         VALUES ('demo', date_trunc('minute', now()) - $1 * interval '1 min', $2, $3)`,
        [minute, priorityClass, ended],
      );
    }
    for (const [priorityClass, ms] of [
      [0, 30_000],
      [1, 1_000],
    ] as const) {
      await run("INSERT INTO queue_durations (queue, class, bucket, runs, total_ms) VALUES ('demo', $1, $2, 50, 1)", [
        priorityClass,
        bucketOf(ms),
      ]);
    }
    for (let job = 0; job < 9; job += 1) await enqueue();
    const [normal, low] = [await enqueue(), await enqueue({ priority: 'low' })];
    await sent();
    await expectEstimate(normal, { starts: [5, 5], ends: [6, 6] });
    await expectEstimate(low, { starts: [5.5, 33], ends: [35.5, 63] });
  });

  it('counts no further than 10,000, however many jobs wait', async () => {
    const id = await enqueue();
    for (let entered = 0; entered < BACKLOG; entered += AT_ONCE) {
      await run(
        `INSERT INTO jobs (id, tenant, task, queue, status, priority, payload, max_attempts, backoff, timeout_ms, held, queued_at)
         SELECT gen_random_uuid(), 'default', 'demo.echo', 'demo', 'queued', 4, '{}', 1, '{}', 1, 'turn', now() - interval '1 hour'
         FROM generate_series(1, $1::int)`,
        [AT_ONCE],
      );
    }
    await run("UPDATE jobs SET held = 'turn' WHERE id = $1", [id]);
    await sent();
    const { reasons, position } = await explained(id);
    expect(position).toEqual({ ahead: 10_000, more: true });
    expect(reasons[0]?.message).toContain('At least 10000');
  }, 60_000);

  it("is given for the tenant's own jobs alone", async () => {
    const id = await enqueue();
    const body = { name: 'other', tenant: 'other', scopes: ['jobs:read'] };
    const { secret: key } = (await client.post<{ secret: string }>('/v1/api-keys', body)).json;
    expect((await client.get(`/v1/jobs/${id}/explain`, { key })).status).toBe(404);
  });
});
