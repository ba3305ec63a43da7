import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Job } from '#libs/contracts';
import { ListeningSocket } from '../../../../test/support/listening-socket.js';
import { PAGE_PATHS } from '../dashboard/page-paths.js';
import { type Answer, Client } from '../testing/client.js';
import { type RealEdge, startRealEdge } from '../testing/real-edge.js';
import { RunOnLedger } from '../testing/run-on-ledger.js';

const CANARY = 'canary-4711';

/** What a key may call that sees how jobs stand, and may write. */
const OPEN = [
  'DELETE /v1/jobs',
  'DELETE /v1/jobs/:id',
  'GET /v1/batches',
  'GET /v1/batches/:id',
  'GET /v1/jobs',
  'GET /v1/jobs/:id',
  'GET /v1/jobs/:id/attempts',
  'GET /v1/jobs/:id/explain',
  'GET /v1/jobs/:id/flow',
  'GET /v1/jobs/:id/stream',
  'GET /v1/jobs/:id/trace',
  'GET /v1/jobs/preview',
  'GET /v1/session',
  'GET /v1/tasks',
  'GET /v1/tasks/:name',
  'PATCH /v1/jobs',
  'PATCH /v1/jobs/:id',
  'POST /v1/batches/:id/cancel',
  'POST /v1/batches/:id/pause',
  'POST /v1/batches/:id/resume',
  'POST /v1/batches/:id/retry',
  'POST /v1/jobs/:id/cancel',
  'POST /v1/jobs/:id/retry',
  'POST /v1/jobs/:id/watch-token',
  'POST /v1/jobs/cancel',
  'POST /v1/jobs/retry',
];
/** Without a key, or with one in the body. */
const PUBLIC = /^(\/health\/|\/metrics$|\/openapi\.json$|\/docs|\/unsubscribe\/|\/assets\/|\/v1\/files\/|\/$)/;

describe('a key that may not see what is in jobs', () => {
  let edge: RealEdge;
  let client: Client;
  let outline: string;
  let reader: string;
  const ids: Record<'completed' | 'failed' | 'snoozed' | 'held', string> = {
    ...{ completed: '', failed: '', snoozed: '', held: '' },
  };
  let batchId: string;

  const enqueued = async (fields: object): Promise<Job> => {
    const contents = { payload: { text: CANARY }, metadata: { user: CANARY } };
    const answer = await client.post<Job>('/v1/jobs', { task: 'demo.echo', ...contents, ...fields });
    expect(answer.status).toBe(202);
    return answer.json;
  };

  beforeAll(async () => {
    edge = await startRealEdge();
    client = new Client(edge.url);
    await edge.announce([{}]);
    outline = await client.newKey('default', ['jobs:outline', 'jobs:write']);
    reader = await client.newKey('default', ['jobs:read']);
    const runs = new RunOnLedger(edge.database, 'demo');
    for (const name of ['completed', 'failed', 'snoozed'] as const) {
      ids[name] = (await enqueued({ uniqueKey: `${CANARY} ${name}` })).id;
      await runs.start(ids[name]);
      await runs.progress(ids[name], 1, 40);
      await runs.log(ids[name], 1);
    }
    await runs.end(ids.completed, { kind: 'done', result: { text: CANARY } });
    await runs.end(ids.failed, { kind: 'reject', failure: { code: 'bad', message: CANARY } });
    await runs.end(ids.snoozed, { kind: 'snooze', delayMs: 60_000, reason: CANARY });
    await enqueued({ concurrencyKey: CANARY });
    ids.held = (await enqueued({ concurrencyKey: CANARY })).id;
    const jobs = [{ task: 'demo.echo', payload: { text: CANARY } }];
    batchId = (await client.post<{ batchId: string }>('/v1/jobs/batch', { jobs })).json.batchId;
  });
  afterAll(() => edge.stop());

  /** What is answered to a key on every route of jobs and batches that reads, for each of the jobs. */
  const readAll = async (key: string): Promise<readonly { readonly route: string; readonly text: string }[]> => {
    const routes = OPEN.filter((route) => /^GET .*(jobs|batches)/.test(route));
    const calls = routes.flatMap((route) =>
      Object.values(ids).map(async (id) => {
        const path = route.slice(4).replace('batches/:id', `batches/${batchId}`).replace(':id', id);
        const isOfOpenJob = path.endsWith('/stream') && id !== ids.completed && id !== ids.failed;
        if (isOfOpenJob) return { route, text: '' };
        const query = path.endsWith('/preview') ? '?steering=retry' : '';
        return { route, text: (await client.get(`${path}${query}`, { key })).text };
      }),
    );
    return Promise.all(calls);
  };
  const tellers = async (key: string): Promise<readonly string[]> => {
    const telling = (await readAll(key)).filter(({ text }) => /canary|at 40|line 1/.test(text));
    return [...new Set(telling.map(({ route }) => route))];
  };

  it('is told nothing of it by whatever it may read', async () => {
    expect(await tellers(outline)).toEqual([]);
    expect(await tellers(reader)).toEqual([
      ...['GET /v1/jobs', 'GET /v1/jobs/:id', 'GET /v1/jobs/:id/attempts', 'GET /v1/jobs/:id/explain'],
      ...['GET /v1/jobs/:id/stream', 'GET /v1/jobs/preview'],
    ]);
  });

  it('sees how jobs stand', async () => {
    const { json } = await client.get<Job>(`/v1/jobs/${ids.failed}`, { key: outline });
    expect(json).toMatchObject({
      ...{ status: 'failed', task: 'demo.echo', attempt: 1, payload: '***', metadata: { user: '***' }, result: null },
      ...{ progress: { percent: 40, message: '***' }, error: { code: 'bad', message: '***', permanent: true } },
      uniqueKey: '***',
    });
    const completed = await client.get<Job>(`/v1/jobs/${ids.completed}`, { key: outline });
    expect(completed.json).toMatchObject({ result: '***', error: null });
  });

  it('is told no more by a socket or by the watch token of a job', async () => {
    const { json } = await client.post<{ watchToken: string }>(
      `/v1/jobs/${ids.completed}/watch-token`,
      {},
      { key: outline },
    );
    for (const token of [outline, json.watchToken]) {
      const socket = await ListeningSocket.connect(edge.url, token);
      expect(await socket.ask('listen-to-job', ids.completed)).toEqual({ ok: true });
      expect(await socket.until(({ event }) => event === 'job-completed')).toMatchObject({ result: '***' });
      expect(JSON.stringify(socket.told)).not.toMatch(/canary|at 40/);
      socket.close();
    }
    const stream = await client.get(`/v1/jobs/${ids.completed}/stream`, { key: json.watchToken });
    expect(stream.text).toContain('"result":"***"');
    expect(stream.text).not.toMatch(/canary|at 40|line 1/);
  });

  it('moves jobs without being shown what is in them', async () => {
    const moved = [
      await client.post<Job>(`/v1/jobs/${ids.failed}/retry`, {}, { key: outline }),
      await client.call<Job>('PATCH', `/v1/jobs/${ids.failed}`, { priority: 9 }, { key: outline }),
      await client.post<Job>(`/v1/jobs/${ids.failed}/cancel`, {}, { key: outline }),
    ];
    expect(moved.map(({ status, json }) => [status, json.payload])).toEqual([
      [202, '***'],
      [200, '***'],
      [202, '***'],
    ]);
    expect(moved.map(({ text }) => text).join()).not.toContain('canary');
  });

  it('finds nothing out by filters', async () => {
    for (const call of ['GET /v1/jobs?', 'GET /v1/jobs/preview?steering=retry&', 'POST /v1/jobs/retry?expected=9&']) {
      const [method = '', path = ''] = call.split(' ');
      const answer = await client.call(method, `${path}metadata.user=${CANARY}`, undefined, { key: outline });
      expect([call, answer.status]).toEqual([call, 403]);
    }
  });

  it('reads no file of its tenant', async () => {
    const upload = await client.call<{ key: string }>('POST', '/v1/files?filename=a.txt', undefined, { raw: CANARY });
    expect((await client.get(`/v1/files/${upload.json.key}`, { key: reader })).text).toBe(CANARY);
    expect((await client.get(`/v1/files/${upload.json.key}`, { key: outline })).status).toBe(403);
  });

  it('may call what tells nothing of it, and else nothing', async () => {
    const guarded = edge.routes.filter((route) => {
      const [method = '', path = ''] = route.split(' ');
      const isPage = PAGE_PATHS.some((page) => path === `/${page}`);
      return (
        method !== 'HEAD' &&
        !PUBLIC.test(path) &&
        !isPage &&
        !/^(POST|DELETE) \/v1\/session$|^GET \/v1\/session\/(ways|openid)/.test(route)
      );
    });
    const ask = async (route: string): Promise<Answer<unknown>> => {
      const [method = '', path = ''] = route.split(' ');
      const named = path.replaceAll(':id', randomUUID()).replaceAll(/:[a-z]+/gi, 'name');
      return client.call(method, named, undefined, { key: outline });
    };
    const answers = await Promise.all(guarded.map(async (route) => ({ route, status: (await ask(route)).status })));
    const open = answers.filter(({ status }) => status !== 403).map(({ route }) => route);
    expect(open.sort()).toEqual(OPEN);
  });
});
