import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Job } from '#libs/contracts';
import { outputKey, uploadKey } from '#libs/storage';
import { uuidv7 } from 'uuidv7';
import { type ProblemDetails } from '../http/problem.js';
import { type Answer, Client } from '../testing/client.js';
import { type RealEdge, startRealEdge } from '../testing/real-edge.js';
import { RunOnLedger } from '../testing/run-on-ledger.js';

const NOTE = { filename: 'note.txt', contentType: 'text/plain' };

describe('jobs steered over HTTP', () => {
  let edge: RealEdge;
  let client: Client;
  let foreign: string;
  let reader: string;

  beforeAll(async () => {
    edge = await startRealEdge();
    client = new Client(edge.url);
    await edge.announce([{}]);
    foreign = await client.newKey('other', ['jobs:read', 'jobs:write']);
    reader = await client.newKey('default', ['jobs:read']);
  }, 60_000);

  afterAll(() => edge.stop());

  const enqueue = async (options: object = {}): Promise<Job> =>
    (await client.post<Job>('/v1/jobs', { task: 'demo.echo', payload: {}, ...options })).json;
  const steer = <T = ProblemDetails>(id: string, what: 'cancel' | 'retry', key?: string): Promise<Answer<T>> =>
    client.call<T>('POST', `/v1/jobs/${id}/${what}`, undefined, key === undefined ? {} : { key });
  const remove = (id: string, key?: string): Promise<Answer<ProblemDetails>> =>
    client.call('DELETE', `/v1/jobs/${id}`, undefined, key === undefined ? {} : { key });

  it('are cancelled, retried and cancelled again, and answer with the job as it is then', async () => {
    const { id } = await enqueue({ maxAttempts: 3 });
    expect(await steer<Job>(id, 'cancel')).toMatchObject({
      status: 202,
      json: { id, status: 'cancelled', version: 2 },
    });
    const retried = await steer<Job>(id, 'retry');
    expect(retried).toMatchObject({ status: 202, json: { id, status: 'queued', maxAttempts: 6, completedAt: null } });
    expect(retried.json.version).toBeGreaterThan(2);
    expect((await steer(id, 'cancel')).status).toBe(202);
  });

  it('say with 409 why they stay as they are', async () => {
    const { id } = await enqueue();
    expect(await steer(id, 'retry')).toMatchObject({
      status: 409,
      json: { detail: 'The job is queued: it cannot be retried. Cancel it first.', code: 'job_not_ended' },
    });
    expect(await remove(id)).toMatchObject({ status: 409, json: { title: 'Conflict', code: 'job_not_ended' } });
    await steer(id, 'cancel');
    expect(await steer(id, 'cancel')).toMatchObject({
      status: 409,
      json: { detail: 'The job is cancelled: it cannot be cancelled.', code: 'job_ended' },
    });
  });

  it('are not there for another tenant, and need the scope to write', async () => {
    const { id } = await enqueue();
    const missing = uuidv7();
    for (const path of [`${id}/cancel`, `${id}/retry`]) {
      const call = (of: string): Promise<Answer<ProblemDetails>> =>
        client.call('POST', `/v1/jobs/${of}`, undefined, { key: foreign });
      const [theirs, none] = [await call(path), await call(path.replace(id, missing))];
      expect([theirs.status, theirs.text]).toEqual([404, none.text.replaceAll(missing, id)]);
    }
    expect((await remove(id, foreign)).status).toBe(404);
    expect((await remove('no-id')).status).toBe(404);
    expect((await steer(id, 'cancel', reader)).status).toBe(403);
    expect((await remove(id, reader)).status).toBe(403);
    expect((await client.get<Job>(`/v1/jobs/${id}`)).json.status).toBe('queued');
  });

  const change = <T = Job>(id: string, body: object, key?: string): Promise<Answer<T>> =>
    client.call<T>('PATCH', `/v1/jobs/${id}`, body, key === undefined ? {} : { key });

  it('wait differently when they are changed', async () => {
    const { id } = await enqueue({ delay: '1h' });
    expect(await change(id, { priority: 'high' })).toMatchObject({
      status: 200,
      json: { priority: 6, status: 'scheduled' },
    });
    const runAt = new Date(Date.now() + 7_200_000).toISOString();
    expect((await change(id, { runAt })).json).toMatchObject({ scheduledFor: runAt, priority: 6 });
    expect((await change(id, { delay: 0 })).json).toMatchObject({ status: 'queued', scheduledFor: null });
    const later = (await change(id, { delay: '1h', priority: 0 })).json;
    expect(later).toMatchObject({ status: 'scheduled', priority: 0 });
    expect((await change(id, { priority: 0 })).json.version).toBe(later.version);
    expect((await steer(id, 'cancel')).status).toBe(202);
    expect(await change<ProblemDetails>(id, { priority: 1 })).toMatchObject({
      status: 409,
      json: { detail: 'The job is cancelled: only a job that waits can be changed.', code: 'job_not_waiting' },
    });
  });

  it('are not changed while they run, not even to what they are', async () => {
    const { id, priority } = await enqueue();
    await new RunOnLedger(edge.database, 'demo').start(id);
    expect(await change<ProblemDetails>(id, { priority })).toMatchObject({
      status: 409,
      json: { detail: 'The job is running: only a job that waits can be changed.', code: 'job_not_waiting' },
    });
  });

  it('are changed by nobody else, and in nothing else', async () => {
    const { id } = await enqueue();
    const refused = async (body: object): Promise<unknown> => {
      const { status, json } = await change<ProblemDetails>(id, body);
      return [status, ...(json.errors ?? []).map(({ path }) => path)];
    };
    expect(await refused({ payload: {}, priority: 10 })).toEqual([422, 'payload', 'priority']);
    expect(await refused({ delay: '1s', runAt: '2031-01-01T00:00:00Z' })).toEqual([422, 'runAt']);
    expect(await refused({ delay: 'soon' })).toEqual([422, 'delay']);
    expect(await refused({})).toEqual([422, '']);
    expect((await change(id, { priority: 9 }, foreign)).status).toBe(404);
    expect((await change(id, { priority: 9 }, reader)).status).toBe(403);
    expect((await client.get<Job>(`/v1/jobs/${id}`)).json).toMatchObject({ priority: 4, version: 1 });
  });

  it('are deleted with what they made, and without what they were given', async () => {
    const { id } = await enqueue();
    const given = uploadKey('default');
    const made = outputKey('default', id, 1, 'note');
    for (const key of [given, made]) await edge.storage.put(key, Readable.from(['x']), NOTE);
    await steer(id, 'cancel');
    const answer = await remove(id);
    expect([answer.status, answer.text]).toEqual([204, '']);
    expect((await client.get(`/v1/jobs/${id}`)).status).toBe(404);
    expect([await edge.storage.stat(made), (await edge.storage.stat(given))?.key]).toEqual([undefined, given]);
    expect(existsSync(join(edge.storageFolder, 'default', id))).toBe(false);
    expect((await remove(id)).status).toBe(404);
  });

  it('are not deleted while a job that has not ended names a file that they made', async () => {
    const { id } = await enqueue();
    const made = outputKey('default', id, 1, 'note');
    await edge.storage.put(made, Readable.from(['x']), NOTE);
    await steer(id, 'cancel');
    const needing = await enqueue({ payload: { note: { key: made } } });
    expect(await remove(id)).toMatchObject({
      status: 409,
      json: {
        detail: 'A job that has not ended names a file of this one: it cannot be deleted.',
        code: 'files_named',
      },
    });
    expect((await edge.storage.stat(made))?.key).toBe(made);
    await steer(needing.id, 'cancel');
    expect((await remove(id)).status).toBe(204);
  });
});
