import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Attempt, DEFAULT_BACKOFF, type Job } from '#libs/contracts';
import { outputKey, uploadKey } from '#libs/storage';
import { v4 as uuidv4, v5 as uuidv5 } from 'uuid';
import { uuidv7 } from 'uuidv7';
import { Database } from '../ledger/database.js';
import { type Page } from '../http/page.js';
import { TaskStore } from '../ledger/task-store.js';
import { Client, pathsOf } from '../testing/client.js';
import { type RealEdge, startRealEdge } from '../testing/real-edge.js';

type Accepted = Job & { readonly watchToken: string; readonly notice?: unknown };

const PAINT = {
  name: 'demo.paint',
  schema: {
    type: 'object',
    additionalProperties: false,
    required: ['variants'],
    properties: {
      source: { type: 'object' },
      token: { type: 'string', writeOnly: true },
      tag: { type: 'string', pattern: '^[a-z]+(?:-[a-z]+)*$', format: 'hostname' },
      variants: {
        type: 'array',
        minItems: 1,
        items: { $ref: '#/$defs/variant' },
      },
    },
    $defs: { variant: { type: 'object', properties: { width: { type: 'integer', minimum: 1 } } } },
  },
  maxPayload: 2_000,
  maxTimeoutMs: 60_000,
  hash: 'paint-1',
};

describe('jobs over HTTP', () => {
  let edge: RealEdge;
  let client: Client;
  let foreign: string;
  beforeAll(async () => {
    edge = await startRealEdge({ publicUrl: 'https://jobs.example.test' });
    client = new Client(edge.url);
    await edge.announce([{}, PAINT]);
    const scopes = ['jobs:read', 'jobs:write'];
    foreign = (await client.post<{ secret: string }>('/v1/api-keys', { name: 'other', tenant: 'other', scopes })).json
      .secret;
  }, 30_000);
  afterAll(() => edge.stop());

  const enqueued = async (job: object, key?: string): Promise<Accepted> => {
    const answer = await client.post<Accepted>(
      '/v1/jobs',
      { task: 'demo.echo', ...job },
      key === undefined ? {} : { key },
    );
    expect([answer.status, answer.text.slice(0, 200)]).toEqual([202, expect.any(String)]);
    return answer.json;
  };
  const shownOf = ({ watchToken: _, ...job }: Accepted): Job => job;
  const refusedAt = async (job: object, headers: Record<string, string> = {}): Promise<string[]> => {
    const answer = await client.post('/v1/jobs', { task: 'demo.echo', ...job }, { headers });
    expect(answer.status).toBe(422);
    return pathsOf(answer);
  };

  it('are accepted whole, and found again', async () => {
    const payload = { a: [1, { b: 'ü🐇' }] };
    const answer = await client.post<Accepted>('/v1/jobs', { task: 'demo.echo', payload, metadata: { userId: 'u1' } });
    const { watchToken, notice, ...job } = answer.json;
    expect(answer.headers.get('location')).toBe(`/v1/jobs/${job.id}`);
    expect(job).toMatchObject({
      ...{ tenant: 'default', version: 1, task: 'demo.echo', queue: 'demo', status: 'queued', priority: 4 },
      ...{
        attempt: 0,
        maxAttempts: 5,
        payload,
        metadata: { userId: 'u1' },
        result: null,
        error: null,
        completedAt: null,
      },
      progress: { percent: 0, message: null },
    });
    expect(job.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/);
    expect(watchToken).toMatch(/^lvw\./);
    expect((await client.get<Job>(`/v1/jobs/${job.id}`)).json).toEqual({ ...job, options: {} });
    expect((await client.get<Attempt[]>(`/v1/jobs/${job.id}/attempts`)).json).toEqual([]);
  });

  it('are accepted by the bare name of their task', async () => {
    expect((await enqueued({ task: 'paint', payload: { variants: [{}] } })).task).toBe('demo.paint');
  });

  it('take their options before the defaults of their task', async () => {
    const job = await enqueued({
      priority: 'high',
      maxAttempts: 2,
      timeout: '30s',
      backoff: { delay: '300ms' },
      delay: '1h',
    });
    expect(job).toMatchObject({ priority: 6, maxAttempts: 2, status: 'scheduled' });
    expect(Math.abs(Date.parse(job.scheduledFor ?? '') - Date.now() - 3_600_000)).toBeLessThan(30_000);
    const [row] = await edge.database.query<{ timeout_ms: string; backoff: object }>(
      'SELECT timeout_ms, backoff FROM jobs WHERE id = $1',
      [job.id],
    );
    expect(Number(row?.timeout_ms)).toBe(30_000);
    expect(row?.backoff).toMatchObject({ type: 'exponential', delayMs: 300, jitter: 0.2 });
  });

  it('show the options that they were given, as they were, on their own page alone', async () => {
    const options = {
      ...{ maxAttempts: 2, timeout: '30s', backoff: { delay: 300 }, expiresIn: '1d', uniqueFor: '1h' },
      concurrencyKey: 'one',
    };
    const job = await enqueued({ ...options, uniqueKey: 'u', priority: 'high', delay: '1h', metadata: { a: 1 } });
    expect((await client.get<object>(`/v1/jobs/${job.id}`)).json).toEqual({ ...shownOf(job), options });
    const { json } = await client.get<Page<object>>('/v1/jobs?limit=1');
    expect(json.data).toEqual([shownOf(job)]);
  });

  it('start at once when their time has passed', async () => {
    expect(await enqueued({ runAt: '2020-01-01T00:00:00Z' })).toMatchObject({ status: 'queued', scheduledFor: null });
  });

  it.each([
    ['an unknown task', { task: 'demo.no-such-task' }, ['task']],
    ['an unknown bare task', { task: 'no-such-task' }, ['task']],
    ['no task', { task: undefined }, ['task']],
    ['an unknown field', { colour: 'red' }, ['colour']],
    ['a wrong priority', { priority: 10 }, ['priority']],
    ['a wrong delay', { delay: 'soon' }, ['delay']],
    ['a negative delay', { delay: -1 }, ['delay']],
    ['a delay beyond all calendars', { delay: '100000000000d' }, ['delay']],
    ['a delay and a time', { delay: '1s', runAt: '2031-01-01T00:00:00Z' }, ['runAt']],
    ['a time without a zone', { runAt: '2031-01-01T00:00:00' }, ['runAt']],
    ['a time that is none', { runAt: '2031-13-45T00:00:00Z' }, ['runAt']],
    ['a day that no calendar has', { runAt: '2031-02-30T00:00:00Z' }, ['runAt']],
    ['no attempts', { maxAttempts: 0 }, ['maxAttempts']],
    ['too many attempts', { maxAttempts: 101 }, ['maxAttempts']],
    [
      'a wrong backoff',
      { backoff: { type: 'random', jitter: 2, colour: 1 } },
      ['backoff.colour', 'backoff.jitter', 'backoff.type'],
    ],
    ['a wrong backoff time', { backoff: { delay: 'x' } }, ['backoff.delay']],
    ['a time-out over its task’s', { timeout: '2m', task: 'demo.paint', payload: { variants: [{}] } }, ['timeout']],
    ['no time to expire', { expiresIn: 0 }, ['expiresIn']],
    ['metadata that are no object', { metadata: ['a'] }, ['metadata']],
    ['metadata over 4 KiB', { metadata: { a: 'x'.repeat(4_096) } }, ['metadata']],
    ['a payload over 512 KiB', { payload: { a: 'x'.repeat(524_288) } }, ['payload']],
    [
      'a payload over its task’s limit',
      { task: 'paint', payload: { variants: [{ a: 'x'.repeat(2_000) }] } },
      ['payload'],
    ],
    [
      'a payload over its task’s limit and against its schema',
      { task: 'paint', payload: { variants: [], colour: 'x'.repeat(2_000) } },
      ['payload'],
    ],
    ['text that cannot be stored', { metadata: { note: 'a\0b' } }, ['metadata.note']],
    ['a callback to no URL, and nothing that follows', { callbackUrl: 'a', then: [] }, ['callbackUrl', 'then']],
    ['a time for a unique key that is not there', { uniqueFor: '1h' }, ['uniqueFor']],
    ['a unique key out of bounds', { uniqueKey: 'k'.repeat(256) }, ['uniqueKey']],
  ])('are refused with %s, by path', async (_, job, paths) => {
    expect((await refusedAt(job)).sort()).toEqual([...paths].sort());
  });

  it('are told the longest time that their task may take as they would write it', async () => {
    await edge.announce([{}, PAINT, { name: 'demo.brief', maxTimeoutMs: 300_000 }]);
    const answer = await client.post('/v1/jobs', { task: 'demo.brief', timeout: '10h' });
    expect(answer.json.detail).toBe('timeout must be 1ms to 5m, the longest that demo.brief may take');
  });

  it('are refused when they could run nearly as long as the broker waits for their acknowledgement', async () => {
    const LONG = { name: 'demo.long', maxTimeoutMs: 7_200_000 };
    const defaults = { maxAttempts: 5, backoff: DEFAULT_BACKOFF, timeoutMs: 1_500_001, priority: 4 };
    await edge.announce([{}, PAINT, LONG, { ...LONG, name: 'demo.longer', defaults }]);
    await enqueued({ task: 'demo.long', timeout: '25m' });
    for (const job of [{ task: 'demo.long', timeout: '26m' }, { task: 'demo.longer' }]) {
      const answer = await client.post('/v1/jobs', job);
      expect([answer.status, pathsOf(answer)]).toEqual([422, ['timeout']]);
      expect(answer.json.detail).toContain('5 minutes less than BROKER_ACK_TIMEOUT');
    }
    await enqueued({ task: 'demo.longer', timeout: '25m' });
  });

  it('are refused by the schema of their task, by path', async () => {
    const wrong = { variants: [{ width: 'wide' }, { width: 0 }], colour: 'red', tag: 'NO' };
    expect((await refusedAt({ task: 'demo.paint', payload: wrong })).sort()).toEqual([
      ...['payload.colour', 'payload.tag', 'payload.variants.0.width', 'payload.variants.1.width'],
    ]);
    expect(await refusedAt({ task: 'demo.paint' })).toEqual(['payload.variants']);
    expect(await refusedAt({ task: 'demo.paint', payload: null })).toEqual(['payload']);
  });

  it('say what the task was probably meant to be', async () => {
    const answer = await client.post('/v1/jobs', { task: 'demo.piant' });
    expect(answer.json.detail).toContain('did you mean demo.paint?');
    const shown = await client.get('/v1/tasks/demo.piant');
    expect([shown.status, shown.json.detail]).toEqual([404, 'There is no task demo.piant; did you mean demo.paint?']);
  });

  it('take the newest schema that the task has announced', async () => {
    await edge.announce([{}, PAINT, { name: 'demo.moving', hash: 'moving-1', schema: { type: 'string' } }]);
    expect(await refusedAt({ task: 'demo.moving', payload: 1 })).toEqual(['payload']);
    await edge.announce([{}, PAINT, { name: 'demo.moving', hash: 'moving-2', schema: { type: 'integer' } }]);
    await enqueued({ task: 'demo.moving', payload: 1 });
  });

  it('are taken for a task that another gateway has learnt of just now', async () => {
    const ofOther = new Database(edge.databaseUrl, { connections: 1 });
    const defaults = { maxAttempts: 5, backoff: DEFAULT_BACKOFF, timeoutMs: 1_000, priority: 4 };
    const task = { name: 'late.echo', description: '', schema: {}, example: null, hash: 'late-1', defaults };
    await new TaskStore(ofOther).announce({
      ...{ domain: 'late', appVersion: '1.0.0', worker: 'late@test' },
      queue: { key: 'late.classic-1', type: 'classic', number: 1 },
      tasks: [{ ...task, maxTimeoutMs: 1_000, maxPayload: 1_000 }],
    });
    await enqueued({ task: 'late.echo' });
    await ofOther.close();
  });

  it('are refused for a task that its app no longer has', async () => {
    await edge.announce([{}, PAINT, { name: 'demo.brief' }]);
    await enqueued({ task: 'demo.brief' });
    await edge.announce([{}, PAINT]);
    expect(await refusedAt({ task: 'demo.brief' })).toEqual(['task']);
  });

  it('are refused when the schema of their task cannot be used, and the log says so', async () => {
    const schema = { $ref: 'https://elsewhere.example.test/schema.json' };
    await edge.announce([{}, PAINT, { name: 'demo.remote', schema }]);
    expect(await refusedAt({ task: 'demo.remote' })).toEqual(['task']);
    expect(edge.log.some((line) => line.includes('schema.refused') && line.includes('demo.remote'))).toBe(true);
  });

  it('hide secret fields of their payload', async () => {
    const job = await enqueued({ task: 'demo.paint', payload: { variants: [{}], token: 'hunter2' } });
    const shown = await client.get<Job>(`/v1/jobs/${job.id}`);
    for (const seen of [job, shown.json]) expect(seen.payload).toEqual({ variants: [{}], token: '***' });
    const [row] = await edge.database.query<{ payload: object }>('SELECT payload FROM jobs WHERE id = $1', [job.id]);
    expect(row?.payload).toMatchObject({ token: 'hunter2' });
  });

  it('know no file of another tenant', async () => {
    const [mine, theirs] = [uploadKey('default'), uploadKey('other')];
    expect(await refusedAt({ payload: { a: [{ key: theirs }] } })).toEqual(['payload.a.0.key']);
    await enqueued({ payload: { a: [{ key: mine }, { key: 'some/other key' }] } });
  });

  it.each([
    ['4', uuidv4()],
    ['5', uuidv5('order 7', uuidv7())],
    ['7', uuidv7()],
  ])('know no output of another tenant’s job whose id is a UUID of version %s', async (_, jobId) => {
    const [mine, theirs] = [outputKey('default', jobId, 1, 'a.webp'), outputKey('other', jobId, 1, 'a.webp')];
    expect(await refusedAt({ payload: { source: { key: theirs } } })).toEqual(['payload.source.key']);
    await enqueued({ payload: { source: { key: mine } } });
  });

  it('store no download links, and show fresh ones in their result', async () => {
    const file = { key: uploadKey('default'), filename: 'a', contentType: 'text/plain', size: 1, sha256: 'x' };
    const job = await enqueued({
      payload: { source: { ...file, url: 'https://jobs.example.test/v1/files/x?signature=y' } },
    });
    expect(job.payload).toEqual({ source: file });
    const theirs = { ...file, key: uploadKey('other') };
    await edge.database.query(`UPDATE jobs SET status = 'completed', completed_at = now(), result = $2 WHERE id = $1`, [
      job.id,
      JSON.stringify({ files: [file, theirs], n: 1 }),
    ]);
    const { json } = await client.get<{ result: { files: { url?: string }[]; n: number } }>(`/v1/jobs/${job.id}`);
    expect(json.result.files[0]?.url).toMatch(
      new RegExp(`^https://jobs\\.example\\.test/v1/files/${file.key}\\?expires=\\d+&signature=.{43}$`),
    );
    expect([json.result.files[1], json.result.n]).toEqual([theirs, 1]);
  });

  it('are the same nothing to another tenant as what never was', async () => {
    const mine = await enqueued({});
    const nothing = uuidv7();
    for (const suffix of ['', '/attempts']) {
      const [theft, empty] = [
        await client.get(`/v1/jobs/${mine.id}${suffix}`, { key: foreign }),
        await client.get(`/v1/jobs/${nothing}${suffix}`, { key: foreign }),
      ];
      expect([theft.status, theft.text.replaceAll(mine.id, 'ID')]).toEqual([404, empty.text.replaceAll(nothing, 'ID')]);
    }
    expect((await client.get<{ data: Job[] }>('/v1/jobs', { key: foreign })).json.data).toEqual([]);
    expect((await client.get('/v1/jobs?tenant=default', { key: foreign })).status).toBe(403);
  });

  it.each(['not-an-id', '0', "'; DROP TABLE jobs; --", '%00', '01A202E0-A4BD-72D6-9241-EA6C4D95E34D', '%ED%A0%80'])(
    'are not there under the id %s',
    async (id) => {
      expect([400, 404]).toContain((await client.get(`/v1/jobs/${encodeURI(id).replaceAll('%25', '%')}`)).status);
    },
  );

  it('are listed newest first, by what is asked for', async () => {
    const tag = uuidv7();
    const ids: string[] = [];
    for (let i = 0; i < 5; i += 1) ids.unshift((await enqueued({ metadata: { tag, n: i } })).id);
    const path = `/v1/jobs?metadata.tag=${tag}&limit=3`;
    const first = (await client.get<{ data: Job[]; nextCursor: string }>(path)).json;
    const second = (await client.get<{ data: Job[]; nextCursor: null }>(`${path}&cursor=${first.nextCursor}`)).json;
    expect([...first.data, ...second.data].map(({ id }) => id)).toEqual(ids);
    expect([first.data.length, second.nextCursor]).toEqual([3, null]);
    const count = async (filter: string): Promise<number> =>
      (await client.get<{ data: Job[] }>(`/v1/jobs?metadata.tag=${tag}&${filter}`)).json.data.length;
    expect(await count('task=demo.echo&queue=demo&status=queued&tenant=default')).toBe(5);
    expect([await count('status=failed'), await count('task=demo.paint'), await count('tenant=other')]).toEqual([
      0, 0, 0,
    ]);
    expect([await count('exceptTask=demo.echo'), await count('exceptTask=demo.paint')]).toEqual([0, 5]);
    await edge.database.query(`UPDATE jobs SET status = 'failed', completed_at = now() WHERE id = $1`, [ids[1]]);
    await edge.database.query(`UPDATE jobs SET status = 'cancelled', completed_at = now() WHERE id = $1`, [ids[3]]);
    const several = `/v1/jobs?metadata.tag=${tag}&status=cancelled,failed,cancelled,retrying`;
    expect((await client.get<{ data: Job[] }>(several)).json.data.map(({ id }) => id)).toEqual([ids[1], ids[3]]);
    expect(await count('status=failed,cancelled,queued&limit=4')).toBe(4);
    expect([
      await count('createdAfter=2020-01-01T00:00:00Z'),
      await count('createdBefore=2020-01-01T00:00:00Z'),
    ]).toEqual([5, 0]);
    expect(await count('metadata.n=3')).toBe(1);
  });

  it('are found by metadata that look like numbers and are none', async () => {
    const tag = uuidv7();
    for (const order of ['007', '00.5', '-01', '7', 7]) await enqueued({ metadata: { tag, order } });
    const found = async (order: string): Promise<unknown[]> => {
      const answer = await client.get<{ data: Job[] }>(`/v1/jobs?metadata.tag=${tag}&metadata.order=${order}`);
      return answer.json.data.map(({ metadata }) => metadata['order']);
    };
    for (const order of ['007', '00.5', '-01']) expect(await found(order)).toEqual([order]);
    expect(await found('7')).toEqual([7, '7']);
  });

  it.each([
    ['limit=0', 'limit'],
    ['limit=201', 'limit'],
    ['limit=x', 'limit'],
    ['limit=1&limit=2', 'limit'],
    ['cursor=forged', 'cursor'],
    [`cursor=${Buffer.from('2020-01-01T00:00:00.000Z x').toString('base64url')}`, 'cursor'],
    ...['2020-02-30T00:00:00.000Z', '0000-01-01T00:00:00.000Z', '2020-01-01T00:00+23:00', '2020-01-01T00:00:00Z'].map(
      (time) => [
        `cursor=${Buffer.from(`${time} 0197f6a0-1111-7000-8000-000000000000`).toString('base64url')}`,
        'cursor',
      ],
    ),
    ['createdAfter=2020-02-30T00:00:00Z', 'createdAfter'],
    ['createdBefore=0000-01-01T00:00:00Z', 'createdBefore'],
    ['status=done', 'status'],
    ['status=failed,done', 'status'],
    ['status=failed,', 'status'],
    ['status=failed&status=cancelled', 'status'],
    ['task=echo', 'task'],
    ['exceptTask=echo', 'exceptTask'],
    ['createdAfter=yesterday', 'createdAfter'],
    ['batchId=1', 'batchId'],
    ['colour=red', 'colour'],
    ['task=%00', 'task'],
  ])('are not listed by %s', async (query, path) => {
    const answer = await client.get(`/v1/jobs?${query}`);
    expect([answer.status, pathsOf(answer)]).toEqual([422, [path]]);
  });

  it('keep the trace that their request belongs to', async () => {
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    const kept = async (header: string): Promise<unknown> => {
      const { json } = await client.post<Job>('/v1/jobs', { task: 'demo.echo' }, { headers: { traceparent: header } });
      return (
        await edge.database.query<{ traceparent: string }>('SELECT traceparent FROM jobs WHERE id = $1', [json.id])
      )[0]?.traceparent;
    };
    expect([await kept(traceparent), await kept('nonsense')]).toEqual([traceparent, null]);
  });
});
