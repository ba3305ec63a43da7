import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Job } from '#libs/contracts';
import { type Page } from '../http/page.js';
import { type ProblemDetails } from '../http/problem.js';
import { type Answer, type CallOptions, Client, pathsOf } from '../testing/client.js';
import { type RealEdge, startRealEdge } from '../testing/real-edge.js';
import { BatchGate } from './batch-gate.js';
import { type ShownBatch } from './batch-view.js';

interface Accepted {
  readonly batchId: string;
  readonly jobs: readonly { readonly id: string }[];
}

const NUMBER = {
  name: 'demo.number',
  schema: { type: 'object', properties: { n: { type: 'integer' } } },
  hash: 'number-1',
};

describe('batches over HTTP', () => {
  let edge: RealEdge;
  let client: Client;
  let foreign: string;

  beforeAll(async () => {
    edge = await startRealEdge();
    client = new Client(edge.url);
    await edge.announce([{}, NUMBER]);
    const scopes = ['jobs:read', 'jobs:write'];
    foreign = (await client.post<{ secret: string }>('/v1/api-keys', { name: 'o', tenant: 'other', scopes })).json
      .secret;
  }, 60_000);

  afterAll(() => edge.stop());

  const numbered = (n: unknown, options: object = {}): object => ({ task: 'demo.number', payload: { n }, ...options });
  const post = <T = Accepted>(jobs: readonly unknown[], options: CallOptions = {}): Promise<Answer<T>> =>
    client.post<T>('/v1/jobs/batch', { jobs }, options);
  const asLines = <T = Accepted>(text: string): Promise<Answer<T>> =>
    client.post<T>('/v1/jobs/batch', undefined, { raw: text, headers: { 'content-type': 'application/x-ndjson' } });
  const show = async (id: string): Promise<ShownBatch> => (await client.get<ShownBatch>(`/v1/batches/${id}`)).json;
  const jobsOf = async (id: string, filter = ''): Promise<readonly Job[]> =>
    (await client.get<Page<Job>>(`/v1/jobs?batchId=${id}&limit=200${filter}`)).json.data;
  const jobsInLedger = async (): Promise<number> => {
    const [row] = await edge.database.query<{ count: number }>('SELECT count(*)::int AS count FROM jobs');
    return row?.count ?? -1;
  };

  it('are taken whole, with the ids of their jobs in order', async () => {
    const jobs = Array.from({ length: 1_200 }, (_, n) => numbered(n, n % 2 === 0 ? {} : { delay: '1h' }));
    const { status, json, headers } = await post(jobs);
    expect([status, json.jobs.length, headers.get('location')]).toEqual([202, 1_200, `/v1/batches/${json.batchId}`]);
    for (const n of [0, 700, 1_199]) {
      const job = (await client.get<Job>(`/v1/jobs/${json.jobs[n]?.id ?? ''}`)).json;
      expect(job).toMatchObject({
        payload: { n },
        batchId: json.batchId,
        status: n % 2 === 0 ? 'queued' : 'scheduled',
      });
    }
    expect(await show(json.batchId)).toMatchObject({
      ...{ id: json.batchId, tenant: 'default', total: 1_200, percent: 0 },
      counts: { queued: 600, scheduled: 600, completed: 0 },
    });
    expect((await jobsOf(json.batchId)).length).toBe(200);
  });

  it('come as lines of JSON, too', async () => {
    const line = (n: number): string => JSON.stringify(numbered(n));
    const { status, json } = await asLines(`${line(1)}\r\n\n${line(2)}\n${line(3)}`);
    expect([status, json.jobs.length]).toEqual([202, 3]);
    expect((await client.get<Job>(`/v1/jobs/${json.jobs[2]?.id ?? ''}`)).json.payload).toEqual({ n: 3 });
  });

  it('are refused whole, by the paths of what is wrong', async () => {
    const before = await jobsInLedger();
    const wrong = await post<ProblemDetails>([
      numbered(1),
      numbered('one'),
      { task: 'nope' },
      { task: 'demo.number', x: 1 },
    ]);
    expect([wrong.status, pathsOf(wrong).sort()]).toEqual([422, ['jobs.1.payload.n', 'jobs.2.task', 'jobs.3.x']]);
    const many = await post<ProblemDetails>(Array.from({ length: 30 }, () => 'no job'));
    expect([many.status, pathsOf(many).length, pathsOf(many)[3]]).toEqual([422, 20, 'jobs.3']);
    const then = await client.post('/v1/jobs/batch', { jobs: [numbered(1)], then: [] });
    expect([then.status, pathsOf(then)]).toEqual([422, ['then']]);
    for (const jobs of [[], Array.from({ length: 10_001 }, () => ({}))]) {
      expect(pathsOf(await post<ProblemDetails>(jobs))).toEqual(['jobs']);
    }
    expect(pathsOf(await asLines<ProblemDetails>('\n \n'))).toEqual(['jobs']);
    expect(await jobsInLedger()).toBe(before);
  });

  it('are refused as lines that are no JSON or cannot be kept, by the job that is wrong', async () => {
    const torn = await asLines<ProblemDetails>(`{"task":"demo.number"}\n\n{"task":`);
    expect([torn.status, torn.json.detail]).toEqual([
      400,
      expect.stringMatching(/^Line 3 of the body, jobs\.1: Expected/),
    ]);
    const nul = await asLines<ProblemDetails>('{"task":"demo.number","payload":{"t":"\\u0000"}}');
    expect([nul.status, pathsOf(nul)]).toEqual([422, ['jobs.0.payload.t']]);
    const other = await client.post('/v1/jobs/batch', undefined, { raw: 'a', headers: { 'content-type': 'text/csv' } });
    expect(other.status).toBe(415);
    const large = `${' '.repeat(8 * 1024 * 1024)}\n${JSON.stringify(numbered(1))}`;
    expect((await asLines(large)).status).toBe(202);
  });

  it('are one batch for one Idempotency-Key, also in the other form', async () => {
    const headers = { 'idempotency-key': 'b-1' };
    const first = await post([numbered(1), numbered(2)], { headers });
    const again = await post([numbered(1), numbered(2)], { headers });
    expect([first.status, again.status, again.json]).toEqual([202, 200, first.json]);
    const lines = [numbered(1), numbered(2)].map((job) => JSON.stringify(job)).join('\n');
    const ndjson = { 'content-type': 'application/x-ndjson', ...headers };
    expect((await client.post('/v1/jobs/batch', undefined, { raw: lines, headers: ndjson })).json).toEqual(first.json);
    expect(pathsOf(await post<ProblemDetails>([numbered(2)], { headers }))).toEqual(['Idempotency-Key']);
    expect(pathsOf(await client.post('/v1/jobs', numbered(1), { headers }))).toEqual(['Idempotency-Key']);
    const race = await Promise.all(
      Array.from({ length: 4 }, () => post([numbered(9)], { headers: { 'idempotency-key': 'b-2' } })),
    );
    expect(new Set(race.filter(({ status }) => status < 300).map(({ json }) => json.batchId)).size).toBe(1);
  });

  it('have the job that holds a unique key in the place of another', async () => {
    const held = (await client.post<Job>('/v1/jobs', numbered(0, { uniqueKey: 'k' }))).json;
    const { json } = await post([
      numbered(1, { uniqueKey: 'k' }),
      numbered(2, { uniqueKey: 'l' }),
      numbered(3, { uniqueKey: 'l' }),
    ]);
    const [one, two, three] = json.jobs.map(({ id }) => id);
    expect([one, three]).toEqual([held.id, two]);
    expect(await show(json.batchId)).toMatchObject({ total: 1, counts: { queued: 1 } });
  });

  it('are cancelled, and have only what failed retried', async () => {
    const { json } = await post([1, 2, 3, 4].map((n) => numbered(n)));
    const failed = json.jobs.slice(0, 2).map(({ id }) => id);
    await edge.database.query(
      "UPDATE jobs SET status = 'failed', completed_at = now(), started_at = now(), run = 1 WHERE id = ANY($1::uuid[])",
      [failed],
    );
    const steer = (what: string): Promise<Answer<ShownBatch & { changed: number }>> =>
      client.post(`/v1/batches/${json.batchId}/${what}`, undefined);
    const cancelled = await steer('cancel');
    expect([cancelled.status, cancelled.json]).toEqual([
      202,
      expect.objectContaining({
        changed: 2,
        percent: 100,
        counts: expect.objectContaining({ failed: 2, cancelled: 2 }),
      }),
    ]);
    const retried = await steer('retry');
    expect([retried.status, retried.json]).toEqual([
      202,
      expect.objectContaining({
        changed: 2,
        percent: 50,
        counts: expect.objectContaining({ queued: 2, cancelled: 2 }),
      }),
    ]);
    expect((await jobsOf(json.batchId, '&status=queued')).map(({ id }) => id).sort()).toEqual([...failed].sort());
    await steer('cancel');
    await client.call('DELETE', `/v1/jobs/${failed[0] ?? ''}`, undefined);
    expect(await show(json.batchId)).toMatchObject({ total: 4, percent: 100, counts: { cancelled: 3 } });
  });

  it('are not there for another tenant', async () => {
    const { batchId } = (await post([numbered(1)])).json;
    expect((await client.get(`/v1/batches/${batchId}`, { key: foreign })).status).toBe(404);
    expect((await client.get('/v1/batches/no-id')).status).toBe(404);
    for (const what of ['cancel', 'retry']) {
      expect((await client.post(`/v1/batches/${batchId}/${what}`, undefined, { key: foreign })).status).toBe(404);
    }
    expect((await show(batchId)).counts.queued).toBe(1);
  });

  it('wait outside while as many calls as may be are under way', async () => {
    const gate = new BatchGate();
    const ends: (() => void)[] = [];
    const inside = Array.from({ length: 4 }, () => gate.within(() => new Promise<void>((end) => void ends.push(end))));
    await expect(gate.within(() => Promise.resolve())).rejects.toMatchObject({ status: 503 });
    for (const end of ends) end();
    await Promise.all(inside);
    expect(await gate.within(() => Promise.resolve('in'))).toBe('in');
  });

  it('are listed newest first, by tenant, open or not, with their counts', async () => {
    const call = (query: string, key?: string): Promise<Answer<Page<ShownBatch>>> =>
      client.get<Page<ShownBatch>>(`/v1/batches${query}`, key === undefined ? {} : { key });
    const scopes = ['jobs:read', 'jobs:write'];
    const own = (await client.post<{ secret: string }>('/v1/api-keys', { name: 'l', tenant: 'lister', scopes })).json;
    const made: string[] = [];
    for (const count of [1, 2, 3]) {
      const jobs = Array.from({ length: count }, () => numbered(count));
      made.unshift((await post(jobs, { key: own.secret })).json.batchId);
    }
    await client.call('POST', `/v1/batches/${made[0] ?? ''}/cancel`, undefined, { key: own.secret });
    await edge.database.query('UPDATE batches SET completed_at = now() WHERE id = $1', [made[0]]);
    const all = (await call('', own.secret)).json.data;
    expect(all.map(({ id, total, percent, counts }) => [id, total, percent, counts.queued, counts.cancelled])).toEqual([
      [made[0], 3, 100, 0, 3],
      [made[1], 2, 0, 2, 0],
      [made[2], 1, 0, 1, 0],
    ]);
    expect((await call('?open=true', own.secret)).json.data.map(({ id }) => id)).toEqual(made.slice(1));
    expect((await call('?open=false', own.secret)).json.data.map(({ id }) => id)).toEqual(made.slice(0, 1));
    const { data, nextCursor } = (await call('?tenant=lister&limit=2')).json;
    expect(data.map(({ id }) => id)).toEqual(made.slice(0, 2));
    const rest = (await call(`?tenant=lister&limit=2&cursor=${nextCursor ?? ''}`)).json;
    expect([rest.data.map(({ id }) => id), rest.nextCursor]).toEqual([made.slice(2), null]);
    expect((await call('?tenant=lister', foreign)).status).toBe(403);
    expect(pathsOf(await client.get('/v1/batches?open=perhaps&cursor=x'))).toEqual(['open', 'cursor']);
  });
});
