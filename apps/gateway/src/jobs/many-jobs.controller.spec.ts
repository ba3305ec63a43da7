import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Job, type JobStatus } from '#libs/contracts';
import { outputKey } from '#libs/storage';
import { type ProblemDetails } from '../http/problem.js';
import { JobSelectionStore } from '../ledger/job-selection-store.js';
import { JobSteering } from '../ledger/job-steering.js';
import { IDLE_DISPATCH } from '../testing/idle-dispatch.js';
import { type Answer, Client, pathsOf } from '../testing/client.js';
import { type RealEdge, startRealEdge } from '../testing/real-edge.js';
import { SteeringOfMany } from './steering-of-many.js';

interface Preview {
  readonly count: number;
  readonly at: string;
  readonly jobs: readonly Job[];
}

interface Steered {
  readonly changed: number;
  readonly unchanged: number;
  readonly nextCursor: string | null;
}

describe('all jobs of a filter', () => {
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

  let marks = 0;
  /** Jobs that a filter of their own finds. */
  const made = async (
    count: number,
    options: object = {},
    key?: string,
  ): Promise<{ ids: string[]; filter: string }> => {
    marks += 1;
    const mark = `mark-${marks}`;
    const request = { task: 'demo.echo', metadata: { mark }, ...options };
    const answers = await Promise.all(
      Array.from({ length: count }, () => client.post<Job>('/v1/jobs', request, key === undefined ? {} : { key })),
    );
    return { ids: answers.map(({ json }) => json.id), filter: `metadata.mark=${mark}` };
  };
  const preview = async (steering: string, filter: string): Promise<Preview> =>
    (await client.get<Preview>(`/v1/jobs/preview?steering=${steering}&${filter}`)).json;
  const cancel = <T = Steered>(query: string, key?: string): Promise<Answer<T>> =>
    client.call<T>('POST', `/v1/jobs/cancel?${query}`, undefined, key === undefined ? {} : { key });
  const statusOf = async (id: string): Promise<JobStatus> => (await client.get<Job>(`/v1/jobs/${id}`)).json.status;

  it('are counted and shown before anything is done with them, those alone that it can be done with', async () => {
    const { ids, filter } = await made(7);
    await client.call('POST', `/v1/jobs/${ids[0] ?? ''}/cancel`, undefined);
    expect(await preview('cancel', filter)).toMatchObject({ count: 6 });
    expect((await preview('cancel', filter)).jobs.map(({ status }) => status)).toEqual(Array(5).fill('queued'));
    const { count, jobs } = await preview('retry', filter);
    expect([count, jobs.map(({ id }) => id)]).toEqual([1, [ids[0]]]);
    expect((await preview('delete', `${filter}&status=queued`)).count).toBe(0);
  });

  it('are cancelled, run again and deleted with their files', async () => {
    const { ids, filter } = await made(3);
    const [first = ''] = ids;
    expect(await cancel(`${filter}&expected=3`)).toMatchObject({
      status: 202,
      json: { changed: 3, unchanged: 0, nextCursor: null },
    });
    expect(await statusOf(first)).toBe('cancelled');
    const again = await client.call<Steered>('POST', `/v1/jobs/retry?${filter}&expected=3`, undefined);
    expect([again.status, again.json.changed, await statusOf(first)]).toEqual([202, 3, 'queued']);
    await cancel(`${filter}&expected=3`);
    const key = outputKey('default', first, 1, 'note.txt');
    await edge.storage.put(key, Readable.from(['note']), { filename: 'note.txt', contentType: 'text/plain' });
    expect(await edge.storage.stat(key)).toMatchObject({ filename: 'note.txt' });
    const deleted = await client.call<Steered>('DELETE', `/v1/jobs?${filter}&expected=3`, undefined);
    expect([deleted.status, deleted.json.changed]).toEqual([200, 3]);
    expect((await client.get(`/v1/jobs/${first}`)).status).toBe(404);
    expect(await edge.storage.stat(key)).toBeUndefined();
  });

  it('wait differently when they are changed, and those that wait so already keep their place', async () => {
    const { ids, filter } = await made(3, { delay: '1h' });
    const [first = '', second = ''] = ids;
    await client.call('PATCH', `/v1/jobs/${first}`, { priority: 8 });
    await client.call('POST', `/v1/jobs/${second}/cancel`, undefined);
    const change = <T = Steered>(body: object, expected = 2, key?: string): Promise<Answer<T>> =>
      client.call<T>('PATCH', `/v1/jobs?${filter}&expected=${expected}`, body, key === undefined ? {} : { key });
    const shown = (): Promise<readonly unknown[]> =>
      Promise.all(
        ids.map(async (id) => {
          const { status, priority } = (await client.get<Job>(`/v1/jobs/${id}`)).json;
          return [status, priority];
        }),
      );
    expect(await preview('change', filter)).toMatchObject({ count: 2 });
    expect(await change<ProblemDetails>({ priority: 8 }, 1)).toMatchObject({ status: 409 });
    expect(await change({ priority: 8 })).toMatchObject({ status: 200, json: { changed: 1, unchanged: 1 } });
    expect(await shown()).toEqual([
      ['scheduled', 8],
      ['cancelled', 4],
      ['scheduled', 8],
    ]);
    expect((await change({ delay: 0 })).json).toEqual({ changed: 2, unchanged: 0, nextCursor: null });
    expect((await shown()).map(String)).toEqual(['queued,8', 'cancelled,4', 'queued,8']);
    expect((await change({ delay: 0 })).json).toEqual({ changed: 0, unchanged: 2, nextCursor: null });
    expect(pathsOf(await change({ priority: 10 }))).toEqual(['priority']);
    expect((await change({ priority: 1 }, 2, reader)).status).toBe(403);
    expect((await change({ priority: 1 }, 2, foreign)).json.changed).toBe(0);
  });

  it('stay as they are when more of them are there than were seen, and those that came later with the time of the look', async () => {
    const { filter, ids } = await made(2);
    const { at, count } = await preview('cancel', filter);
    const [mark] = filter.split('=').slice(-1);
    const later = (await client.post<Job>('/v1/jobs', { task: 'demo.echo', metadata: { mark } })).json.id;
    expect(await cancel<ProblemDetails>(`${filter}&expected=${count}`)).toMatchObject({
      status: 409,
      json: { code: 'more_jobs_than_expected' },
    });
    expect(await statusOf(ids[0] ?? '')).toBe('queued');
    expect((await cancel(`${filter}&expected=${count}&seenAt=${at}`)).json.changed).toBe(2);
    expect(await statusOf(later)).toBe('queued');
  });

  it('stay as they are when they have ended after they were looked at', async () => {
    const { filter, ids } = await made(3);
    const [first = '', second = '', late = ''] = ids;
    for (const id of [first, second]) await client.call('POST', `/v1/jobs/${id}/cancel`, undefined);
    const { at, count } = await preview('retry', filter);
    await client.call('POST', `/v1/jobs/${late}/cancel`, undefined);
    const terms = `${filter}&expected=${count}&seenAt=${at}`;
    const retried = await client.call<Steered>('POST', `/v1/jobs/retry?${terms}`, undefined);
    expect([retried.status, retried.json.changed, await statusOf(late)]).toEqual([202, 2, 'cancelled']);
    await client.call('POST', `/v1/jobs/${first}/cancel`, undefined);
    const deleted = await client.call<Steered>('DELETE', `/v1/jobs?${terms}`, undefined);
    expect([deleted.status, deleted.json.changed, await statusOf(first)]).toEqual([200, 0, 'cancelled']);
  });

  it('are counted again only behind where the call before has ended', async () => {
    const { filter } = await made(3);
    await cancel(`${filter}&expected=3`);
    const listed = await client.get<{ nextCursor: string }>(`/v1/jobs?${filter}&limit=1`);
    const rest = `${filter}&expected=2&cursor=${listed.json.nextCursor}`;
    const retried = await client.call<Steered>('POST', `/v1/jobs/retry?${rest}`, undefined);
    expect([retried.status, retried.json.changed]).toEqual([202, 2]);
  });

  it('belong to the tenant of the key, and are moved by nobody who may only read', async () => {
    const { ids, filter } = await made(1);
    expect((await cancel(`${filter}&expected=9`, foreign)).json.changed).toBe(0);
    expect((await cancel(`${filter}&expected=9`, reader)).status).toBe(403);
    expect((await cancel(`${filter}&tenant=default&expected=9`, foreign)).status).toBe(403);
    expect(await statusOf(ids[0] ?? '')).toBe('queued');
  });

  it('are not moved without a word of how many they are, nor by what is no filter', async () => {
    expect(pathsOf(await cancel('status=queued'))).toEqual(['expected']);
    expect(pathsOf(await cancel('expected=x&limit=5&colour=red'))).toEqual(['expected', 'limit', 'colour']);
    expect(pathsOf(await cancel('expected=1&seenAt=today'))).toEqual(['seenAt']);
    expect((await client.get('/v1/jobs/preview')).json.errors).toEqual([
      { path: 'steering', message: 'is missing: it must be one of retry, cancel, delete, change' },
    ]);
    expect(pathsOf(await client.get('/v1/jobs/preview?steering=paint'))).toEqual(['steering']);
  });

  it('are gone through from where the call before has ended', async () => {
    const { filter, ids } = await made(4);
    await cancel(`${filter}&expected=4`);
    const { database, jobs, storage } = edge;
    const parts = { selections: new JobSelectionStore(database), steering: new JobSteering(database, IDLE_DISPATCH) };
    const hurried = new SteeringOfMany({ ...parts, jobs, storage }, 0);
    const metadata = { mark: filter.split('=')[1] ?? '' };
    let after = null;
    for (let left = 4; left > 0; left -= 1) {
      const { changed, next } = await hurried.steer('delete', { metadata }, { expected: left, after });
      expect(changed).toBe(1);
      after = next;
    }
    expect(await Promise.all(ids.map(async (id) => (await client.get(`/v1/jobs/${id}`)).status))).toEqual(
      ids.map(() => 404),
    );
  });
});
