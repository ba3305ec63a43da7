import { type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type Job } from '#libs/contracts';
import { WatchTokens } from '../../api-keys/watch-token.js';
import { Client } from '../../testing/client.js';
import { EventStream } from '../../../../../test/support/event-stream.js';
import { ListeningSocket, type Told } from '../../../../../test/support/listening-socket.js';
import { newJob } from '../../testing/new-job.js';
import { ADMIN_KEY, type RealEdge, startRealEdge } from '../../testing/real-edge.js';
import { RunOnLedger } from '../../testing/run-on-ledger.js';

type Accepted = Job & { readonly watchToken: string };
const SHOP = 'https://shop.example.test';
/** For how long a watch token is good. */
const TOKEN_MS = 15 * 60_000;

describe('a socket', () => {
  let edge: RealEdge;
  let client: Client;
  let run: RunOnLedger;
  const sockets: ListeningSocket[] = [];
  beforeAll(async () => {
    edge = await startRealEdge({ live: { origins: [SHOP], maxPerKey: 3 } });
    client = new Client(edge.url);
    await edge.announce([{}]);
    run = new RunOnLedger(edge.database, 'demo');
  });
  afterAll(() => edge.stop());
  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.close();
  });

  const connect = async (token: unknown, headers?: Record<string, string>): Promise<ListeningSocket> => {
    const socket = await ListeningSocket.connect(edge.url, token, headers);
    sockets.push(socket);
    return socket;
  };
  const enqueued = async (key = ADMIN_KEY): Promise<Accepted> =>
    (await client.post<Accepted>('/v1/jobs', { task: 'demo.echo', payload: {} }, { key })).json;
  const newKey = async (tenant: string, ...scopes: string[]): Promise<{ id: string; secret: string }> =>
    (await client.post<{ id: string; secret: string }>('/v1/api-keys', { name: 'k', tenant, scopes })).json;
  const is =
    (event: string, fields: object = {}) =>
    (told: Told): boolean =>
      told.event === event && Object.entries(fields).every(([name, value]) => told[name] === value);

  it('is told of its job: the present state, what becomes of it, and the end', async () => {
    const { id: jobId, watchToken } = await enqueued();
    const socket = await connect(watchToken);
    expect(await socket.ask('listen-to-job', jobId)).toEqual({ ok: true });
    await socket.until(is('job-progress'));
    await run.start(jobId);
    await socket.until(is('job-status', { status: 'running' }));
    await run.progress(jobId, 1, 40);
    await socket.until(is('job-progress', { progress: 40 }));
    await run.end(jobId);
    await socket.until(is('job-completed'));
    expect(socket.told).toEqual([
      { event: 'job-status', jobId, status: 'queued', attempt: 0, version: 1 },
      { event: 'job-progress', jobId, progress: 0, message: null, version: 1 },
      { event: 'job-status', jobId, status: 'running', attempt: 1, version: 2 },
      { event: 'job-progress', jobId, progress: 40, message: 'at 40', version: 3 },
      { event: 'job-status', jobId, status: 'completed', attempt: 1, version: 4 },
      { event: 'job-progress', jobId, progress: 100, message: null, version: 4 },
      { event: 'job-completed', jobId, result: { answer: 42 }, version: 4 },
    ]);
  });

  it('is told of the end, with the error, when it comes late', async () => {
    const { id: jobId, watchToken } = await enqueued();
    await run.start(jobId);
    await run.end(jobId, { kind: 'reject', failure: { code: 'bad', message: 'It is bad.' } });
    const socket = await connect(watchToken);
    await socket.ask('listen-to-job', jobId);
    expect(await socket.until(is('job-failed'))).toMatchObject({ jobId, error: { code: 'bad' } });
    expect(socket.told.map(({ event }) => event)).toEqual(['job-status', 'job-progress', 'job-failed']);
  });

  it('is told nothing of a job that its token does not open, which looks like one that is not there', async () => {
    const [mine, other] = [await enqueued(), await enqueued()];
    const none = '01970000-0000-7000-8000-000000000000';
    const socket = await connect(mine.watchToken);
    const refused = await socket.ask('listen-to-job', other.id);
    expect(refused).toEqual({ ok: false, error: `There is no job ${other.id}.` });
    expect(await socket.ask('listen-to-job', none)).toEqual({ ok: false, error: `There is no job ${none}.` });
    await run.start(other.id);
    await socket.ask('listen-to-job', mine.id);
    await socket.until(is('job-progress', { jobId: mine.id }));
    expect(socket.told.filter(({ jobId }) => jobId !== mine.id)).toEqual([]);
    const foreign = await connect((await newKey('other', 'jobs:read')).secret);
    expect((await foreign.ask('listen-to-job', mine.id)).error).toBe(`There is no job ${mine.id}.`);
  });

  it('is not told again what it knows when it comes back with the version', async () => {
    const { id: jobId, watchToken } = await enqueued();
    await run.start(jobId);
    const socket = await connect(watchToken);
    await socket.ask('listen-to-job', { jobId, version: 2 });
    await run.progress(jobId, 1, 10);
    await socket.until(is('job-progress'));
    expect(socket.told).toEqual([{ event: 'job-progress', jobId, progress: 10, message: 'at 10', version: 3 }]);
  });

  it('hears no more of a job that it has left', async () => {
    const [left, other] = [await enqueued(), await enqueued()];
    const socket = await connect(ADMIN_KEY);
    for (const { id } of [left, other]) await socket.ask('listen-to-job', id);
    await socket.until(is('job-progress', { jobId: other.id }));
    expect(await socket.ask('stop-listening-to-job', left.id)).toEqual({ ok: true });
    const before = socket.told.length;
    await run.start(left.id);
    await run.start(other.id);
    await socket.until(is('job-status', { status: 'running' }));
    expect(socket.told.slice(before).map(({ jobId }) => jobId)).toEqual([other.id]);
  });

  it('is refused without a token that is good for it', async () => {
    const writer = await newKey('default', 'jobs:write');
    const refusal = (token: unknown): Promise<unknown> => connect(token).catch((error: unknown) => error);
    for (const token of ['nonsense', undefined, 17, `lvw.${'x'.repeat(40)}`, 'x'.repeat(600)]) {
      expect(await refusal(token)).toMatchObject({ data: { status: 401 } });
    }
    expect(await refusal(writer.secret)).toMatchObject({ data: { status: 403 } });
  });

  it('is taken from pages of allowed origins, and by WebSocket alone', async () => {
    await expect(connect(ADMIN_KEY, { origin: 'https://evil.example.test' })).rejects.toThrow('websocket error');
    expect((await connect(ADMIN_KEY, { origin: SHOP })).socket.connected).toBe(true);
    expect((await connect(ADMIN_KEY, { origin: 'http://127.0.0.1:3000' })).socket.connected).toBe(true);
    const polling = await fetch(new URL('/socket.io/?EIO=4&transport=polling', edge.url));
    expect(polling.status).toBe(400);
    await polling.text();
  });

  it('is told the counts of a queue when its key is an admin’s', async () => {
    const socket = await connect(ADMIN_KEY);
    expect(await socket.ask('listen-to-queue', 'demo')).toEqual({ ok: true });
    const first = await socket.until(is('queue-counts', { name: 'demo' }));
    const { id } = await enqueued();
    await socket.until(is('queue-counts', { waiting: Number(first['waiting']) + 1 }));
    expect(await socket.ask('stop-listening-to-queue', 'demo')).toEqual({ ok: true });
    expect((await socket.ask('listen-to-queue', 'nowhere')).error).toBe('There is no queue nowhere.');
    const reader = await connect((await newKey('default', 'jobs:read')).secret);
    expect((await reader.ask('listen-to-queue', 'demo')).ok).toBe(false);
    expect((await reader.ask('listen-to-job', id)).ok).toBe(true);
  });

  it('is closed when its key is revoked, and says so', async () => {
    const key = await newKey('default', 'jobs:read', 'jobs:write');
    const { id, watchToken } = await enqueued(key.secret);
    const [one, two] = [await connect(key.secret), await connect(watchToken)];
    await one.ask('listen-to-job', id);
    const closed = Promise.all([one.closed(), two.closed()]);
    await client.call('DELETE', `/v1/api-keys/${key.id}`, undefined);
    expect(await closed).toEqual(['io server disconnect', 'io server disconnect']);
    expect(two.told).toEqual([{ event: 'listener-closed', reason: 'revoked' }]);
  });

  it('is closed when its watch token runs out, and says so, as is a stream, while the key is in force', async () => {
    const key = await newKey('default', 'jobs:read', 'jobs:write');
    const { id } = await enqueued(key.secret);
    const tokens = new WatchTokens('a secret of the tests that is long enough');
    const token = tokens.issue({ jobId: id, apiKeyId: key.id }, new Date(Date.now() - TOKEN_MS + 4_000));
    const [socket, stream] = [
      await connect(token),
      await EventStream.open(new URL(`/v1/jobs/${id}/stream`, edge.url), token, {}),
    ];
    const closed = socket.closed();
    expect((await socket.ask('listen-to-job', id)).ok).toBe(true);
    expect(await closed).toBe('io server disconnect');
    expect(socket.told.at(-1)).toEqual({ event: 'listener-closed', reason: 'expired' });
    expect((await stream.rest()).map(({ event }) => event)).toEqual(['status']);
    expect((await client.get(`/v1/jobs/${id}`, { key: key.secret })).status).toBe(200);
  }, 20_000);

  it('is one of so many that a key may have', async () => {
    const { secret } = await newKey('default', 'jobs:read');
    const three = await Promise.all([1, 2, 3].map(() => connect(secret)));
    await expect(connect(secret)).rejects.toMatchObject({ data: { status: 429 } });
    const gone = three[0]?.closed();
    three[0]?.close();
    await gone;
    // The gateway hears of it a moment later.
    for (let isIn = false; !isIn;)
      isIn = await connect(secret).then(
        () => true,
        () => false,
      );
  });

  describe('that is misused', () => {
    it('is told what is wrong with what it says', async () => {
      const socket = await connect(ADMIN_KEY);
      for (const asked of [17, null, { jobId: 17 }, {}, [], 'no id', { toString: 1 }]) {
        expect(await socket.ask('listen-to-job', asked)).toMatchObject({ ok: false });
      }
      expect(await socket.ask('listen-to-everything', '')).toMatchObject({ ok: false });
      socket.socket.emit('listen-to-job');
      expect(socket.told).toEqual([]);
    });

    it('is closed when it says too much at once', async () => {
      const socket = await connect(ADMIN_KEY);
      socket.socket.emit('listen-to-job', 'x'.repeat(70_000));
      expect(await socket.closed()).toBe('transport close');
    });

    it('is closed when it says too much in all', async () => {
      const socket = await connect(ADMIN_KEY);
      for (let count = 0; count < 200; count += 1) socket.socket.emit('stop-listening-to-job', 'x');
      expect(await socket.closed()).toBe('io server disconnect');
    });

    it('listens to so many jobs and no more', async () => {
      const jobs = await Promise.all(Array.from({ length: 101 }, () => edge.jobs.accept(newJob())));
      const socket = await connect(ADMIN_KEY);
      const answers = [];
      for (const { job } of jobs) answers.push(await socket.ask('listen-to-job', job.id));
      expect(answers.filter(({ ok }) => ok)).toHaveLength(100);
    });
  });

  it('that does not read is kept up in bounded memory, and told the latest when it does', async () => {
    const { id: jobId } = await enqueued();
    const socket = await connect(ADMIN_KEY);
    await socket.ask('listen-to-job', jobId);
    await socket.until(is('job-progress'));
    const { ws } = socket.socket.io.engine.transport as unknown as { ws: { _socket: Socket } };
    ws._socket.pause();
    const state = { id: jobId, status: 'running', attempt: 1, nextAttemptAt: null, cancelRequestedAt: null } as const;
    const message = 'x'.repeat(1_000);
    const last = 20_000;
    for (let version = 2; version <= last; version += 1) {
      edge.watches.take([{ ...state, version, progress: { percent: version / 1_000, message } }]);
      await new Promise(setImmediate);
    }
    await run.start(jobId);
    ws._socket.resume();
    await socket.until(is('job-progress', { version: last }));
    expect(socket.told.length).toBeLessThan(last);
    expect(socket.told.filter(is('job-status')).map(({ status }) => status)).toEqual(['queued', 'running']);
  });
});
