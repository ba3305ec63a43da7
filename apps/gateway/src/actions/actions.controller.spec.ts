import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Page } from '../http/page.js';
import { eventually } from '../../../../test/support/eventually.js';
import { Client } from '../testing/client.js';
import { ADMIN_KEY, type RealEdge, startRealEdge } from '../testing/real-edge.js';

interface Action {
  readonly key: { readonly name: string };
  readonly via: string;
  readonly method: string;
  readonly route: string;
  readonly object: string | null;
  readonly status: number | null;
}

const OWN_PAGE = { 'leveret-dashboard': '1' };

describe('the log of actions', () => {
  let edge: RealEdge;
  let client: Client;
  beforeAll(async () => {
    edge = await startRealEdge();
    client = new Client(edge.url);
    await edge.announce([{}]);
  }, 30_000);
  afterAll(() => edge.stop());

  const listed = async (query = ''): Promise<Page<Action>> =>
    (await client.get<Page<Action>>(`/v1/actions${query}`)).json;
  /** The newest actions, once it is known of each what came of it: an answer does not wait for that. */
  const ended = (): Promise<readonly Action[]> =>
    eventually('the end of every action', async () => {
      const { data } = await listed();
      return data.every(({ status }) => status !== null) ? data : undefined;
    });

  it('says who has changed what, by key and by session, and what came of it', async () => {
    await client.call('POST', '/v1/queues/demo/pause', undefined);
    await client.call('POST', '/v1/queues/nowhere/pause', undefined);
    const signedIn = await client.post('/v1/session', { apiKey: ADMIN_KEY }, { key: null, headers: OWN_PAGE });
    const cookie = signedIn.headers.get('set-cookie')?.split(';')[0] ?? '';
    const { json: job } = await client.post<{ id: string }>(
      '/v1/jobs',
      { task: 'demo.echo' },
      { key: null, headers: { cookie, ...OWN_PAGE } },
    );
    const data = await ended();
    expect(data.map(({ via, method, route, object, status }) => [via, `${method} ${route}`, object, status])).toEqual([
      ['session', 'POST /v1/jobs', job.id, 202],
      ['session', 'POST /v1/session', null, 201],
      ['key', 'POST /v1/queues/:name/pause', 'nowhere', 404],
      ['key', 'POST /v1/queues/:name/pause', 'demo', 200],
    ]);
    expect(data[0]).toMatchObject({ tenant: 'default', key: { name: 'ADMIN_API_KEY' } });
  });

  it('leaves out what services do all day long, and what changes nothing', async () => {
    const before = (await listed()).data.length;
    const { json: job } = await client.post<{ id: string }>('/v1/jobs', { task: 'demo.echo' });
    await client.post('/v1/events', { type: 'order.placed', data: {} });
    await client.call('POST', `/v1/jobs/${job.id}/watch-token`, undefined);
    await client.get('/v1/queues');
    expect((await listed()).data).toHaveLength(before);
    await client.call('POST', `/v1/jobs/${job.id}/cancel`, undefined);
    expect((await ended())[0]).toMatchObject({ route: '/v1/jobs/:id/cancel', object: job.id, status: 202 });
  });

  it('keeps what can be kept of what a path names', async () => {
    expect((await client.call('POST', '/v1/jobs/%00/cancel', undefined)).status).toBe(404);
    expect((await ended())[0]).toMatchObject({ route: '/v1/jobs/:id/cancel', object: '\uFFFD', status: 404 });
  });

  it('keeps no mail address, and a query only where that says what is changed', async () => {
    await client.call('PUT', '/v1/suppressions/someone@example.org', undefined);
    await client.call('POST', '/v1/queues/demo/pause?secret=x', undefined);
    await client.post('/v1/schedules?secret=x', {});
    const query = 'task=a.b&metadata.mail=someone%40example.org&metadata%2Ename=Somebody&expected=0';
    await client.call('POST', `/v1/jobs/cancel?${query}`, undefined);
    await client.call('DELETE', '/v1/dead-letters?queue=demo', undefined);
    await client.call('DELETE', '/v1/dead-letters', { queue: 'demo', errorCode: 'broken' });
    expect((await ended()).slice(0, 6).map(({ route, object }) => [route, object])).toEqual([
      ['/v1/dead-letters', '{"queue":"demo","errorCode":"broken"}'],
      ['/v1/dead-letters', 'queue=demo'],
      ['/v1/jobs/cancel', 'task=a.b&metadata.mail=…&metadata.name=…&expected=0'],
      ['/v1/schedules', null],
      ['/v1/queues/:name/pause', 'demo'],
      ['/v1/suppressions/:address', null],
    ]);
  });

  it('is a list of pages, of one tenant or key when that is asked for', async () => {
    const first = await listed('?limit=1');
    const second = await listed(`?limit=1&cursor=${first.nextCursor ?? ''}`);
    expect(first.data).toHaveLength(1);
    expect(second.data[0]).not.toEqual(first.data[0]);
    expect((await listed('?tenant=nobody')).data).toEqual([]);
    expect((await client.get('/v1/actions?apiKeyId=x')).status).toBe(422);
  });

  it('does nothing that it could not enter', async () => {
    await edge.database.query('ALTER TABLE actions RENAME TO gone');
    expect((await client.call('POST', '/v1/queues/demo/resume', undefined)).status).toBe(500);
    await edge.database.query('ALTER TABLE gone RENAME TO actions');
    expect((await client.get<{ paused: boolean }>('/v1/queues/demo')).json.paused).toBe(true);
  });
});
