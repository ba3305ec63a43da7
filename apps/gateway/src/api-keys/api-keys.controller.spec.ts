import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ApiKeyStore } from '../ledger/api-key.store.js';
import { type Answer, Client } from '../testing/client.js';
import { ADMIN_KEY, type RealEdge, startRealEdge } from '../testing/real-edge.js';
import { ensureAdminKey } from './admin-key.js';
import { keyIdOf } from './api-key-text.js';
import { Authenticator } from './authenticator.js';

interface Key {
  readonly id: string;
  readonly secret: string;
  readonly tenant: string;
  readonly scopes: string[];
}

interface ListedKey {
  readonly id: string;
  readonly name: string;
  readonly isConfigured: boolean;
}

describe('API keys', () => {
  let edge: RealEdge;
  let client: Client;
  let keys: ApiKeyStore;
  beforeAll(async () => {
    edge = await startRealEdge();
    client = new Client(edge.url);
    keys = new ApiKeyStore(edge.database);
    await edge.announce([{}]);
  }, 30_000);
  afterAll(() => edge.stop());

  const created = async (tenant: string, scopes: string[]): Promise<Key> => {
    const answer = await client.post<Key>('/v1/api-keys', { name: tenant, tenant, scopes });
    expect(answer.status).toBe(201);
    return answer.json;
  };
  const statusOf = async (path: string, key: string | null): Promise<number> =>
    (await client.get(path, { key })).status;

  it('open what their scopes name, and nothing else', async () => {
    const reader = await created('scopes', ['jobs:read']);
    const writer = await created('scopes', ['jobs:write']);
    const post = async (key: string): Promise<number> =>
      (await client.post('/v1/jobs', { task: 'demo.echo' }, { key })).status;
    expect([await statusOf('/v1/jobs', reader.secret), await post(reader.secret)]).toEqual([200, 403]);
    expect([await statusOf('/v1/jobs', writer.secret), await post(writer.secret)]).toEqual([403, 202]);
    for (const key of [reader, writer]) expect(await statusOf('/v1/api-keys', key.secret)).toBe(403);
    expect([await statusOf('/v1/jobs', ADMIN_KEY), await post(ADMIN_KEY)]).toEqual([200, 202]);
  });

  it('show their secret once, and are stored as a hash', async () => {
    const key = await created('once', ['jobs:read']);
    const list = await client.get<{ data: Key[] }>('/v1/api-keys?tenant=once');
    expect(list.json.data).toEqual([
      expect.objectContaining({ id: key.id, tenant: 'once', hint: key.secret.slice(-4) }),
    ]);
    expect(list.text).not.toContain(key.secret);
    const rows = await edge.database.query('SELECT * FROM api_keys');
    expect(JSON.stringify(rows)).not.toContain(key.secret);
  });

  it('have a form that scanners of leaked secrets know', async () => {
    const { secret } = await created('form', ['jobs:read']);
    expect(secret).toMatch(/^lvr_[0-9A-Za-z]{10}_[0-9A-Za-z]{36}_[0-9A-Za-z]{6}$/);
    expect(keyIdOf(secret)).toBe(secret.slice(4, 14));
    const swapped = secret.endsWith('0') ? '1' : '0';
    expect(keyIdOf(secret.slice(0, -1) + swapped)).toBeUndefined();
  });

  it.each([
    ['none', null, undefined],
    ['nonsense', 'nonsense', undefined],
    ['another scheme', null, 'Basic bGV2ZXJldDp4'],
    ['one of the right form that nobody has', `lvr_${'0'.repeat(10)}_${'0'.repeat(36)}_000000`, undefined],
  ])('are asked for with 401 from who brings %s', async (_, key, authorization) => {
    const answer = await client.get('/v1/jobs', { key, headers: authorization === undefined ? {} : { authorization } });
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toContain('Bearer');
  });

  it.each(['nonsense', 'Basic bGV2ZXJldDp4', 'Bearer'])(
    'say how they are sent to who brings %s',
    async (authorization) => {
      const answer = await client.get('/v1/jobs', { key: null, headers: { authorization } });
      expect(answer.json.detail).toBe('Expected an API key: Authorization: Bearer <key>; the header has another form.');
    },
  );

  it('refuse a key whose secret is another', async () => {
    const one = (await created('one', ['jobs:read'])).secret;
    const other = (await created('other', ['jobs:read'])).secret;
    expect(await statusOf('/v1/jobs', one.slice(0, 14) + other.slice(14))).toBe(401);
  });

  it('are refused here at once and elsewhere within 5 s when they are revoked', async () => {
    const key = await created('revoked', ['jobs:read']);
    const elsewhere = new Authenticator(keys);
    await elsewhere.authenticate(`Bearer ${key.secret}`, '127.0.0.1');
    expect(await statusOf('/v1/jobs', key.secret)).toBe(200);
    expect((await client.call('DELETE', `/v1/api-keys/${key.id}`, undefined)).status).toBe(204);
    const revokedAt = Date.now();
    expect(await statusOf('/v1/jobs', key.secret)).toBe(401);
    let refused = false;
    while (!refused && Date.now() < revokedAt + 5_000) {
      refused = await elsewhere.authenticate(`Bearer ${key.secret}`, '127.0.0.1').then(
        () => false,
        () => true,
      );
    }
    expect(refused).toBe(true);
    expect((await client.call('DELETE', `/v1/api-keys/${key.id}`, undefined)).status).toBe(404);
  }, 15_000);

  it.each([
    [{ name: 'x', tenant: 'Not A Tenant', scopes: ['admin'] }, 'tenant'],
    [{ name: 'x', tenant: 'a', scopes: ['root'] }, 'scopes.0'],
    [{ name: 'x', tenant: 'a', scopes: [] }, 'scopes'],
    [{ name: '', tenant: 'a', scopes: ['admin'] }, 'name'],
    [{ tenant: 'a', scopes: ['admin'] }, 'name'],
    [{ name: 'x', tenant: 'a', scopes: ['admin'], id: 'mine' }, 'id'],
  ])('are not made from %j', async (body, path) => {
    const answer: Answer<{ errors?: { path: string }[] }> = await client.post('/v1/api-keys', body);
    expect([answer.status, answer.json.errors?.map((error) => error.path)]).toEqual([422, [path]]);
  });

  it('page, newest first', async () => {
    const made = [];
    for (let i = 0; i < 3; i += 1) made.unshift((await created('paged', ['jobs:read'])).id);
    const first = await client.get<{ data: Key[]; nextCursor: string }>('/v1/api-keys?tenant=paged&limit=2');
    const second = await client.get<{ data: Key[]; nextCursor: null }>(
      `/v1/api-keys?tenant=paged&limit=2&cursor=${first.json.nextCursor}`,
    );
    expect([...first.json.data, ...second.json.data].map(({ id }) => id)).toEqual(made);
    expect(second.json.nextCursor).toBeNull();
  });

  it('say 429 after too many guesses from one address, and let right keys pass', async () => {
    const key = await created('guessed', ['jobs:read']);
    const authenticator = new Authenticator(keys);
    const guess = (text: string, address = '10.0.0.1'): Promise<unknown> =>
      authenticator.authenticate(`Bearer ${text}`, address).catch((error: unknown) => error);
    const statuses = [];
    for (let i = 0; i < 61; i += 1) statuses.push(((await guess(`guess-${i}`)) as { status: number }).status);
    expect([statuses[59], statuses[60]]).toEqual([401, 429]);
    expect(await guess(ADMIN_KEY)).toMatchObject({ status: 429, headers: { 'retry-after': expect.any(String) } });
    expect(await guess(ADMIN_KEY, '10.0.0.2')).toMatchObject({ tenant: 'default' });
    expect(await guess(key.secret)).toMatchObject({ tenant: 'guessed' });
  });

  describe('of the first administrator', () => {
    it('is the configured one, shown as such, which cannot be revoked by a call', async () => {
      await created('default', ['jobs:read']);
      const list = await client.get<{ data: ListedKey[] }>('/v1/api-keys?tenant=default');
      const [configured, ...others] = list.json.data.filter(({ isConfigured }) => isConfigured);
      expect([configured?.name, others]).toEqual(['ADMIN_API_KEY', []]);
      expect(await client.call('DELETE', `/v1/api-keys/${configured?.id ?? ''}`, undefined)).toMatchObject({
        status: 409,
        json: { code: 'configured_key' },
      });
    });

    it('is replaced by another that is configured, made when none is left, and shown once', async () => {
      const works = (key: string): Promise<boolean> =>
        new Authenticator(keys).authenticate(`Bearer ${key}`, '127.0.0.1').then(
          ({ tenant, scopes }) => tenant === 'default' && scopes.includes('admin'),
          () => false,
        );
      const other = 'another-key-of-the-operator';
      expect(await ensureAdminKey(keys, other)).toBeNull();
      expect([await works(ADMIN_KEY), await works(other)]).toEqual([false, true]);
      const made = await ensureAdminKey(keys, null);
      expect([await works(other), await works(made ?? '')]).toEqual([false, true]);
      expect(await ensureAdminKey(keys, null)).toBeNull();
      await ensureAdminKey(keys, ADMIN_KEY);
      expect(await works(ADMIN_KEY)).toBe(true);
    });
  });
});
