import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Suppressions, UnsubscribeLinks } from '#libs/suppressions';
import { Client } from '../testing/client.js';
import { type RealEdge, startRealEdge } from '../testing/real-edge.js';

const SECRET = 'a secret of the tests, long enough';
const ADDRESS = 'ada+news@example.org';

describe('suppressions over HTTP', () => {
  let edge: RealEdge;
  let client: Client;
  let reader: string;
  let foreign: string;

  beforeAll(async () => {
    edge = await startRealEdge({ unsubscribeSecret: SECRET });
    client = new Client(edge.url);
    const key = async (body: object): Promise<string> =>
      (await client.post<{ secret: string }>('/v1/api-keys', { name: 'x', tenant: 'default', ...body })).json.secret;
    reader = await key({ scopes: ['jobs:read'] });
    foreign = await key({ scopes: ['jobs:read', 'jobs:write'], tenant: 'other' });
  });
  afterAll(() => edge.stop());

  const links = new UnsubscribeLinks(SECRET);
  const link = (address: string): string => links.linkFor({ tenant: 'default', address }, edge.url);
  const path = (address = ADDRESS): string => `/v1/suppressions/${encodeURIComponent(address)}`;
  const oneClick = (url: string, body: URLSearchParams | FormData): Promise<Response> =>
    fetch(url, { method: 'POST', body });

  it('are asked for by the link of a mail, and nothing changes before the answer', async () => {
    const answer = await fetch(link(ADDRESS), { headers: { accept: 'text/html' } });
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(answer.headers.get('content-security-policy')).toContain("form-action 'self'");
    expect(await answer.text()).toContain(ADDRESS);
    expect((await client.get(path())).status).toBe(404);
  });

  it('are entered by one click, whatever the form, and seen by every process with the storage', async () => {
    const form = new FormData();
    form.set('List-Unsubscribe', 'One-Click');
    for (const body of [new URLSearchParams({ 'List-Unsubscribe': 'One-Click' }), form]) {
      expect((await oneClick(link(ADDRESS), body)).status).toBe(200);
      expect((await client.get(path('ADA+news@Example.org'))).json).toMatchObject({
        ...{ address: ADDRESS, reason: 'unsubscribed', detail: null },
      });
      expect(await new Suppressions(edge.storage).find('default', ADDRESS)).toMatchObject({ reason: 'unsubscribed' });
      expect((await client.call('DELETE', path(), undefined)).status).toBe(204);
      expect((await client.call('DELETE', path(), undefined)).status).toBe(404);
    }
  });

  it('are not entered by a link that was changed, or signed with another secret', async () => {
    const [start = '', token = ''] = link('bob@x.org').split('/unsubscribe/');
    const [, signature = ''] = token.split('.');
    const other = Buffer.from(JSON.stringify(['default', 'eve@x.org'])).toString('base64url');
    const forged = new UnsubscribeLinks('another secret').linkFor({ tenant: 'default', address: 'bob@x.org' }, start);
    for (const url of [`${start}/unsubscribe/${other}.${signature}`, `${start}/unsubscribe/${token}x`, forged]) {
      expect([(await fetch(url)).status, (await oneClick(url, new URLSearchParams())).status]).toEqual([404, 404]);
    }
    for (const address of ['eve@x.org', 'bob@x.org']) expect((await client.get(path(address))).status).toBe(404);
  });

  it('show an address as text', async () => {
    const page = await (await fetch(link('<img src=x>@x.org'))).text();
    expect(page).toContain('&lt;img src=x&gt;@x.org');
  });

  it('are set and lifted by hand, each tenant its own', async () => {
    expect((await client.call('PUT', path('carl@x.org'), undefined)).json).toMatchObject({
      address: 'carl@x.org',
      reason: 'by-hand',
    });
    expect((await client.get(path('carl@x.org'), { key: reader })).status).toBe(200);
    expect((await client.get(path('carl@x.org'), { key: foreign })).status).toBe(404);
    expect((await client.call('DELETE', path('carl@x.org'), undefined, { key: foreign })).status).toBe(404);
    expect((await client.call('DELETE', path('carl@x.org'), undefined, { key: reader })).status).toBe(403);
    expect((await client.call('PUT', path('no mailbox'), undefined)).status).toBe(404);
  });
});
