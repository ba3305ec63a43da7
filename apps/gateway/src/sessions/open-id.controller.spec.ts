import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createTelemetry } from '#libs/observability';
import { type Page } from '../http/page.js';
import { Client } from '../testing/client.js';
import { type OpenIdClient, OpenIdServer } from '../testing/open-id-server.js';
import { type RealEdge, startRealEdge } from '../testing/real-edge.js';
import { OpenIdProvider } from './open-id-provider.js';
import { OpenIdSignIn } from './open-id-sign-in.js';

const PUBLIC_URL = 'http://127.0.0.1:3000';
const CLIENT: OpenIdClient = {
  ...{ id: 'leveret', secret: 'a secret of the provider' },
  redirectUri: `${PUBLIC_URL}/v1/session/openid/callback`,
};

/** Where a browser was led, and its cookies, as it sends them. */
interface Led {
  readonly to: string;
  readonly cookies: readonly string[];
}

describe('signing in at an OpenID Connect provider', () => {
  let provider: OpenIdServer;
  let edge: RealEdge;
  let client: Client;
  beforeAll(async () => {
    provider = await OpenIdServer.start(CLIENT);
    edge = await startRealEdge({
      publicUrl: PUBLIC_URL,
      openId: {
        ...{ issuer: provider.issuer, clientId: CLIENT.id, clientSecret: CLIENT.secret },
        ...{ scope: 'openid profile email', claim: 'groups' },
        roles: [
          { claimed: 'ops', tenant: 'default', scopes: ['admin'] },
          { claimed: 'support', tenant: 'acme', scopes: ['jobs:outline', 'jobs:write'] },
        ],
      },
    });
    client = new Client(edge.url);
  });
  afterEach(() => {
    provider.inIdToken = [];
    provider.answersQuestions = true;
  });
  afterAll(async () => {
    await edge.stop();
    await provider.stop();
  });

  const lead = async (path: string, cookies: readonly string[] = []): Promise<Led> => {
    const headers = { cookie: cookies.join('; ') };
    const answer = await fetch(new URL(path, edge.url), { headers, redirect: 'manual' });
    expect(answer.status).toBe(302);
    const set = answer.headers.getSetCookie().map((cookie) => cookie.split(';')[0] ?? '');
    return { to: answer.headers.get('location') ?? '', cookies: set };
  };
  const pathOf = (url: string): string => url.slice(PUBLIC_URL.length);
  const signIn = async (name: string, page = '/'): Promise<Led> => {
    const begun = await lead(`/v1/session/openid?page=${encodeURIComponent(page)}`);
    const back = await provider.signIn(begun.to, CLIENT, name);
    return lead(pathOf(back), begun.cookies);
  };
  const sessionOf = async ({ cookies }: Led): Promise<unknown> =>
    (await client.get('/v1/session', { key: null, headers: { cookie: cookies.join('; ') } })).json;
  const lastReason = (): unknown => {
    const lines = edge.log.map((line) => JSON.parse(line) as Record<string, unknown>);
    return lines.findLast(({ event }) => event === 'sign-in.failed')?.['reason'];
  };

  it('is offered where there is one', async () => {
    const answer = await client.get('/v1/session/ways', { key: null });
    expect([answer.status, answer.json]).toEqual([200, { openIdConnect: true }]);
  });

  it('opens a session with the role of the first value that fits, under the name of who came, at the page where it began', async () => {
    provider.people.set('anna', { email: 'anna@example.org', groups: ['staff', 'support', 'ops'] });
    const led = await signIn('anna', '/jobs?status=failed');
    expect(led.to).toBe(`${PUBLIC_URL}/jobs?status=failed`);
    expect(await sessionOf(led)).toMatchObject({ name: 'anna@example.org', tenant: 'default', scopes: ['admin'] });
    const actions = await client.get<Page<object>>('/v1/actions?limit=1');
    expect(actions.json.data[0]).toMatchObject({ key: { name: 'anna@example.org' }, via: 'session', status: 201 });
  });

  it('asks for the name of who came when the ID token tells the role alone', async () => {
    provider.people.set('fred', { email: 'fred@example.org', groups: ['ops'] });
    provider.inIdToken = ['groups'];
    expect(await sessionOf(await signIn('fred'))).toMatchObject({ name: 'fred@example.org', scopes: ['admin'] });
  });

  it('takes in whom the ID token tells the role of, also where nothing more can be asked', async () => {
    provider.people.set('gina', { name: 'Gina', groups: ['ops'] });
    provider.people.set('hans', { email: 'hans@example.org', groups: ['ops'] });
    provider.answersQuestions = false;
    provider.inIdToken = ['groups', 'name'];
    expect(await sessionOf(await signIn('gina'))).toMatchObject({ name: 'Gina', scopes: ['admin'] });
    expect(await sessionOf(await signIn('hans'))).toMatchObject({ name: 'hans', scopes: ['admin'] });
    provider.inIdToken = ['name'];
    expect((await signIn('gina')).to).toBe(`${PUBLIC_URL}/?trouble=failed`);
  });

  it('takes a single value, and follows what the provider says now', async () => {
    provider.people.set('ben', { name: 'Ben', groups: 'support' });
    const led = await signIn('ben');
    expect(await sessionOf(led)).toMatchObject({ name: 'Ben', tenant: 'acme', scopes: ['jobs:outline', 'jobs:write'] });
    provider.people.set('ben', { name: 'Ben', groups: 'ops' });
    await signIn('ben');
    const keys = await client.get<Page<{ name: string; scopes: string[] }>>('/v1/api-keys');
    expect(keys.json.data.filter(({ name }) => name === 'Ben').map(({ scopes }) => scopes)).toEqual([['admin']]);
  });

  it('ends with the key of the person, and can be done again, which brings nothing back that was ended', async () => {
    provider.people.set('carl', { name: 'Carl', groups: ['ops'] });
    const led = await signIn('carl');
    const keys = await client.get<Page<{ id: string; name: string }>>('/v1/api-keys');
    const { id } = keys.json.data.find(({ name }) => name === 'Carl') ?? { id: '' };
    await client.call('DELETE', `/v1/api-keys/${id}`, undefined);
    expect(await sessionOf(led)).toMatchObject({ status: 401 });
    expect(await sessionOf(await signIn('carl'))).toMatchObject({ name: 'Carl' });
    expect(await sessionOf(led)).toMatchObject({ status: 401 });
  });

  it('refuses who has no role', async () => {
    provider.people.set('dora', { groups: ['staff'] });
    const led = await signIn('dora');
    expect(led.to).toBe(`${PUBLIC_URL}/?trouble=refused`);
    expect(await sessionOf(led)).toMatchObject({ status: 401 });
    expect(lastReason()).toBe('dora has none of the roles in OIDC_ROLES.');
  });

  it('ends the sessions of who has lost the role, when they are refused', async () => {
    provider.people.set('emil', { groups: ['ops'] });
    const led = await signIn('emil');
    provider.people.set('emil', { groups: ['staff'] });
    expect((await signIn('emil')).to).toBe(`${PUBLIC_URL}/?trouble=refused`);
    expect(await sessionOf(led)).toMatchObject({ status: 401 });
  });

  it('takes nobody in who comes with what was given to another browser', async () => {
    provider.people.set('anna', { groups: ['ops'] });
    const [mine, theirs] = [await lead('/v1/session/openid'), await lead('/v1/session/openid')];
    const back = await provider.signIn(theirs.to, CLIENT, 'anna');
    for (const cookies of [[], mine.cookies]) {
      const led = await lead(pathOf(back), cookies);
      expect(led.to).toBe(`${PUBLIC_URL}/?trouble=failed`);
      expect(await sessionOf(led)).toMatchObject({ status: 401 });
    }
    expect(lastReason()).toContain('state');
  });

  it('says what the provider has refused', async () => {
    const begun = await lead('/v1/session/openid');
    const state = new URL(begun.to).searchParams.get('state') ?? '';
    const back = new URLSearchParams({ error: 'access_denied', state, iss: provider.issuer });
    const led = await lead(`/v1/session/openid/callback?${back.toString()}`, begun.cookies);
    expect([led.to, lastReason()]).toEqual([
      `${PUBLIC_URL}/?trouble=failed`,
      expect.stringContaining('(access_denied)'),
    ]);
  });

  it('takes a code once, and no other', async () => {
    const begun = await lead('/v1/session/openid');
    const back = await provider.signIn(begun.to, CLIENT, 'anna');
    const forged = back.replace(/code=[^&]+/, 'code=forged');
    expect((await lead(pathOf(forged), begun.cookies)).to).toBe(`${PUBLIC_URL}/?trouble=failed`);
    expect((await lead(pathOf(back), begun.cookies)).to).toBe(`${PUBLIC_URL}/`);
    expect((await lead(pathOf(back), begun.cookies)).to).toBe(`${PUBLIC_URL}/?trouble=failed`);
  });

  it.each([
    'https://elsewhere.example.org/',
    '//elsewhere.example.org/',
    '/\\elsewhere.example.org',
    '/.//127.0.0.1:3000//elsewhere.example.org/',
  ])('leads to no page of others: %s', async (page) => {
    expect((await signIn('anna', page)).to).toBe(`${PUBLIC_URL}/`);
  });
});

it('tells at the start of a provider that does not answer, and leads back whoever wants to sign in there', async () => {
  const log: string[] = [];
  const destination = { write: (line: string) => void log.push(line) };
  const telemetry = createTelemetry({ service: 'gateway', level: 'info', destination });
  const gone = await OpenIdServer.start(CLIENT);
  await gone.stop();
  const config = { issuer: gone.issuer, clientId: 'leveret', clientSecret: null, scope: 'openid', claim: 'groups' };
  const provider = new OpenIdProvider({ ...config, roles: [] }, CLIENT.redirectUri);
  const nobody = { keyOf: () => Promise.resolve(undefined) };
  const sessions = { openFor: () => Promise.reject(new Error('Nobody has signed in.')) };
  const signIn = new OpenIdSignIn({ provider, people: nobody, sessions, telemetry, publicUrl: PUBLIC_URL });
  await signIn.look();
  expect(log.join('')).toMatch(/sign-in.unavailable.*ECONNREFUSED/);
  expect((await signIn.begin(new URLSearchParams())).url).toBe(`${PUBLIC_URL}/?trouble=failed`);
});
