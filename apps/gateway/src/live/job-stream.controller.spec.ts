import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Job } from '#libs/contracts';
import { type WatchGrant, WatchTokens } from '../api-keys/watch-token.js';
import { Client } from '../testing/client.js';
import { EventStream, type StreamedEvent } from '../../../../test/support/event-stream.js';
import { ADMIN_KEY, type RealEdge, startRealEdge } from '../testing/real-edge.js';
import { RunOnLedger } from '../testing/run-on-ledger.js';

type Accepted = Job & { readonly watchToken: string };

interface StreamOptions {
  readonly key?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

describe('the stream of a job', () => {
  let edge: RealEdge;
  let client: Client;
  let run: RunOnLedger;
  beforeAll(async () => {
    edge = await startRealEdge({ live: { origins: ['https://shop.example.test'], maxPerKey: 3 } });
    client = new Client(edge.url);
    await edge.announce([{}]);
    run = new RunOnLedger(edge.database, 'demo');
  });
  afterAll(() => edge.stop());

  const enqueued = async (key?: string): Promise<Accepted> => {
    const options = key === undefined ? {} : { key };
    return (await client.post<Accepted>('/v1/jobs', { task: 'demo.echo', payload: {} }, options)).json;
  };
  const newKey = async (tenant: string, ...scopes: string[]): Promise<{ id: string; secret: string }> =>
    (await client.post<{ id: string; secret: string }>('/v1/api-keys', { name: 'k', tenant, scopes })).json;
  const opened = (id: string, { key = ADMIN_KEY, headers = {} }: StreamOptions = {}): Promise<EventStream> =>
    EventStream.open(new URL(`/v1/jobs/${id}/stream`, edge.url), key, headers);
  const said = ({ event, data }: StreamedEvent): unknown =>
    event === 'status' ? data['status'] : event === 'log' ? data['message'] : data['progress'];

  it('tells the present state, then each change with its version, and closes after the end', async () => {
    const { id } = await enqueued();
    const stream = await opened(id);
    expect(stream.response.headers.get('content-type')).toMatch(/^text\/event-stream/);
    expect(await stream.next()).toEqual({
      ...{ id: 1, event: 'status' },
      data: {
        ...{ jobId: id, version: 1, status: 'queued', attempt: 0, progress: { percent: 0, message: null } },
        ...{ nextAttemptAt: null, cancelRequestedAt: null, result: null, error: null },
      },
    });
    await run.start(id);
    expect(await stream.next()).toMatchObject({ id: 2, event: 'status', data: { status: 'running', attempt: 1 } });
    await run.progress(id, 1, 40);
    expect(await stream.next()).toEqual({
      ...{ id: 3, event: 'progress' },
      data: { jobId: id, version: 3, progress: { percent: 40, message: 'at 40' } },
    });
    await run.log(id, 1, 2);
    expect(await stream.next()).toMatchObject({ id: 4, event: 'log', data: { message: 'line 1', level: 'info' } });
    expect(await stream.next()).toMatchObject({ id: 5, event: 'log', data: { message: 'line 2', version: 5 } });
    await run.end(id);
    const last = { status: 'completed', result: { answer: 42 }, error: null, progress: { percent: 100 } };
    expect(await stream.rest()).toMatchObject([{ id: 6, event: 'status', data: last }]);
  });

  it('tells who comes late of the end, with the error', async () => {
    const { id } = await enqueued();
    await run.start(id);
    await run.end(id, { kind: 'reject', failure: { code: 'bad', message: 'It is bad.' } });
    const stream = await opened(id);
    expect(await stream.rest()).toMatchObject([
      { event: 'status', data: { status: 'failed', error: { code: 'bad', message: 'It is bad.' }, result: null } },
    ]);
  });

  it('goes on where a reader was cut off: each line once, progress not again', async () => {
    const { id } = await enqueued();
    const first = await opened(id);
    await run.start(id);
    await run.log(id, 1);
    const seen = [await first.next(), await first.next(), await first.next()];
    expect(seen.map((event) => event && said(event))).toEqual(['queued', 'running', 'line 1']);
    first.close();
    await run.log(id, 2, 3);
    await run.progress(id, 1, 10);
    const lastEventId = String(seen[2]?.id);
    const second = await opened(id, { headers: { 'last-event-id': lastEventId } });
    const more = [await second.next(), await second.next(), await second.next()];
    expect(more.map((event) => event && said(event))).toEqual(['running', 'line 2', 'line 3']);
    expect(more.map((event) => event?.id)).toEqual([3, 4, 5]);
    await run.end(id);
    expect((await second.rest()).map(said)).toEqual(['completed']);
  });

  it('tells every line of a long log, and those that come after the end', async () => {
    const { id } = await enqueued();
    const lines = Array.from({ length: 250 }, (_, index) => index + 1);
    await run.log(id, ...lines);
    const stream = await opened(id, { headers: { 'last-event-id': '0' } });
    await run.end(id);
    await run.log(id, 251);
    const told = await stream.rest();
    const texts = told.filter(({ event }) => event === 'log').map(said);
    expect(texts).toEqual([...lines, 251].map((seq) => `line ${seq}`));
    const ids = told.map(({ id: version }) => version);
    expect(ids).toEqual([...ids].sort((a, b) => a - b));
  });

  it('follows a job that is queued again by hand', async () => {
    const { id } = await enqueued();
    await client.post(`/v1/jobs/${id}/cancel`, {});
    await client.post(`/v1/jobs/${id}/retry`, {});
    const stream = await opened(id);
    expect(await stream.next()).toMatchObject({ data: { status: 'queued' } });
    await client.post(`/v1/jobs/${id}/cancel`, {});
    expect((await stream.rest()).map(said)).toEqual(['cancelled']);
  });

  it('is open to the watch token of the job, and to no other', async () => {
    const [mine, other] = [await enqueued(), await enqueued()];
    const key = mine.watchToken;
    const stream = await opened(mine.id, { key });
    expect(await stream.next()).toMatchObject({ data: { status: 'queued' } });
    stream.close();
    const foreign = await client.get(`/v1/jobs/${other.id}/stream`, { key });
    const none = await client.get('/v1/jobs/01970000-0000-7000-8000-000000000000/stream', { key });
    expect([foreign.status, none.status]).toEqual([404, 404]);
    const elsewhere = ['/v1/jobs', `/v1/jobs/${mine.id}`, `/v1/jobs/${mine.id}/logs`, '/v1/queues', '/v1/api-keys'];
    for (const path of elsewhere) expect((await client.get(path, { key })).status).toBe(401);
    expect((await client.post(`/v1/jobs/${mine.id}/cancel`, {}, { key })).status).toBe(401);
    expect((await client.post(`/v1/jobs/${mine.id}/watch-token`, {}, { key })).status).toBe(401);
  });

  it('is open to new tokens of the job, which readers get', async () => {
    const { id } = await enqueued();
    const answer = await client.post<{ watchToken: string }>(`/v1/jobs/${id}/watch-token`, {});
    expect(answer.status).toBe(201);
    const stream = await opened(id, { key: answer.json.watchToken });
    expect(stream.response.status).toBe(200);
    stream.close();
    const foreign = await newKey('other', 'jobs:read');
    expect((await client.post(`/v1/jobs/${id}/watch-token`, {}, { key: foreign.secret })).status).toBe(404);
  });

  it('is closed to tokens that have run out or were changed, and to those of a revoked key', async () => {
    const key = await newKey('default', 'jobs:write');
    const { id, watchToken } = await enqueued(key.secret);
    const grant: WatchGrant = { jobId: id, apiKeyId: key.id };
    const status = async (token: string): Promise<number> =>
      (await client.get(`/v1/jobs/${id}/stream`, { key: token })).status;
    const tokens = new WatchTokens('a secret of the tests that is long enough');
    expect(await status(tokens.issue(grant, new Date(Date.now() - 16 * 60_000)))).toBe(401);
    expect(await status(`${watchToken.slice(0, -1)}${watchToken.endsWith('A') ? 'B' : 'A'}`)).toBe(401);
    await client.call('DELETE', `/v1/api-keys/${key.id}`, undefined);
    expect(await status(watchToken)).toBe(401);
  });

  it('needs the scope to read, and is not there for other tenants', async () => {
    const { id } = await enqueued();
    const [writer, foreign] = [await newKey('default', 'jobs:write'), await newKey('other', 'jobs:read')];
    expect((await client.get(`/v1/jobs/${id}/stream`, { key: writer.secret })).status).toBe(403);
    expect((await client.get(`/v1/jobs/${id}/stream`, { key: foreign.secret })).status).toBe(404);
    expect((await client.get(`/v1/jobs/${id}/stream`, { key: null })).status).toBe(401);
    expect((await client.get(`/v1/jobs/${id}/stream`, { headers: { 'last-event-id': 'x' } })).status).toBe(422);
    expect((await client.get(`/v1/jobs/${id}/stream`, { headers: { accept: 'application/json' } })).status).toBe(406);
  });

  it('ends for a key that is revoked, and for a token with its key, within five seconds', async () => {
    const key = await newKey('default', 'jobs:write', 'jobs:read');
    const { id, watchToken } = await enqueued(key.secret);
    const streams = await Promise.all([key.secret, watchToken].map((each) => opened(id, { key: each })));
    await client.call('DELETE', `/v1/api-keys/${key.id}`, undefined);
    for (const stream of streams) expect((await stream.rest()).map(said)).toEqual(['queued']);
  });

  it('may be read by pages of the origins that are allowed, and by no others', async () => {
    const { id, watchToken } = await enqueued();
    const asked = async (method: string, origin: string, path = 'stream'): Promise<[number, string | null]> => {
      const headers = { origin, 'access-control-request-method': 'GET' };
      const response = await fetch(new URL(`/v1/jobs/${id}/${path}`, edge.url), { method, headers });
      await response.body?.cancel();
      return [response.status, response.headers.get('access-control-allow-origin')];
    };
    expect(await asked('OPTIONS', 'https://shop.example.test')).toEqual([204, 'https://shop.example.test']);
    expect(await asked('OPTIONS', 'https://evil.example.test')).toEqual([204, null]);
    expect(await asked('OPTIONS', 'https://shop.example.test', 'logs')).toEqual([405, null]);
    // Also what went wrong can be read.
    expect(await asked('GET', 'https://shop.example.test')).toEqual([401, 'https://shop.example.test']);
    const headers = { origin: 'https://shop.example.test' };
    const stream = await opened(id, { key: watchToken, headers });
    expect(stream.response.headers.get('access-control-allow-origin')).toBe('https://shop.example.test');
    stream.close();
  });

  it('is open so often at once for one key, its watch tokens included', async () => {
    const key = await newKey('default', 'jobs:write', 'jobs:read');
    const { id, watchToken } = await enqueued(key.secret);
    const open = (): Promise<EventStream> => opened(id, { key: watchToken });
    const streams = [await open(), await open(), await opened(id, { key: key.secret })];
    const refused = await client.get(`/v1/jobs/${id}/stream`, { key: watchToken });
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '10']);
    for (const stream of streams) stream.close();
    for (let status = 429; status === 429;) {
      const again = await open();
      status = again.response.status;
      again.close();
    }
  });
});

describe('streams of a gateway that ends', () => {
  it('are closed', async () => {
    const edge = await startRealEdge();
    try {
      await edge.announce([{}]);
      const { json: job } = await new Client(edge.url).post<Job>('/v1/jobs', { task: 'demo.echo', payload: {} });
      const stream = await EventStream.open(new URL(`/v1/jobs/${job.id}/stream`, edge.url), ADMIN_KEY);
      expect(await stream.next()).toMatchObject({ event: 'status', data: { jobId: job.id, status: 'queued' } });
      const stopped = edge.stop();
      expect(await stream.next()).toBeUndefined();
      await stopped;
    } finally {
      await edge.stop().catch(() => undefined);
    }
  });
});
