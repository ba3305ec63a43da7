import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type FastifyRequest } from 'fastify';
import { eventually } from '../../../../test/support/eventually.js';
import { digestOf } from '../api-keys/api-key-text.js';
import { Authenticator } from '../api-keys/authenticator.js';
import { ActionStore } from '../ledger/action-store.js';
import { ApiKeyStore } from '../ledger/api-key.store.js';
import { Database } from '../ledger/database.js';
import { LimitStore } from '../ledger/limit-store.js';
import { SessionStore } from '../ledger/session-store.js';
import { Admission } from '../limits/admission.js';
import { OpenJobs } from '../limits/open-jobs.js';
import { RequestRates } from '../limits/request-rates.js';
import { Tenants } from '../limits/tenants.js';
import { type Answer, type CallOptions, Client } from '../testing/client.js';
import { ADMIN_KEY, type RealEdge, startRealEdge } from '../testing/real-edge.js';
import { SessionCookie } from './session-cookie.js';
import { Sessions } from './sessions.js';

interface Key {
  readonly id: string;
  readonly secret: string;
}

const OWN_PAGE = { 'leveret-dashboard': '1' };

/** The sessions of another gateway with the same address. */
function sessionsOn(database: Database, cookie: string): Sessions {
  const [, port = ''] = /-(\d+)=/.exec(cookie) ?? [];
  const [keys, limits] = [new ApiKeyStore(database), new LimitStore(database)];
  return new Sessions({
    authenticator: new Authenticator(keys),
    admission: new Admission(new Tenants(limits), new RequestRates(limits), new OpenJobs(limits)),
    store: new SessionStore(database),
    actions: new ActionStore(database),
    publicUrl: `http://127.0.0.1:${port}`,
    keys,
  });
}

describe('a session', () => {
  let edge: RealEdge;
  let client: Client;
  beforeAll(async () => {
    edge = await startRealEdge();
    client = new Client(edge.url);
    await edge.announce([{}]);
  }, 30_000);
  afterAll(() => edge.stop());

  const keyWith = async (scopes: string[], limits: object = {}): Promise<Key> =>
    (await client.post<Key>('/v1/api-keys', { name: 'somebody', tenant: 'default', scopes, ...limits })).json;
  const signIn = (apiKey: string, headers: Record<string, string> = OWN_PAGE): Promise<Answer<unknown>> =>
    client.post('/v1/session', { apiKey }, { key: null, headers });
  const cookieOf = async (apiKey: string): Promise<string> => {
    const answer = await signIn(apiKey);
    expect(answer.status).toBe(201);
    return answer.headers.get('set-cookie')?.split(';')[0] ?? '';
  };
  const by = (cookie: string, headers: Record<string, string> = OWN_PAGE): CallOptions => ({
    key: null,
    headers: { cookie, ...headers },
  });

  it('is a cookie in the place of a key, which no script can read and no other page can use', async () => {
    const answer = await signIn(ADMIN_KEY);
    expect(answer.json).toMatchObject({ name: 'ADMIN_API_KEY', tenant: 'default', scopes: ['admin'] });
    expect(answer.headers.get('set-cookie')).toMatch(
      /^leveret-session-\d+=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=43200$/,
    );
    expect(new SessionCookie('https://jobs.example.org').opening('token')).toBe(
      '__Host-leveret-session=token; Path=/; HttpOnly; SameSite=Strict; Secure; Max-Age=43200',
    );
    const cookie = await cookieOf(ADMIN_KEY);
    expect((await client.get('/v1/queues', by(cookie))).status).toBe(200);
    expect((await client.get('/v1/session', by(cookie))).json).toMatchObject({ expiresAt: expect.any(String) });
    expect((await client.post('/v1/jobs', { task: 'demo.echo' }, by(cookie))).status).toBe(202);
  });

  it('changes nothing for a page of another origin, nor for one that does not say that it is ours', async () => {
    const cookie = await cookieOf(ADMIN_KEY);
    const pause = (headers: Record<string, string>): Promise<Answer<unknown>> =>
      client.call('POST', '/v1/queues/demo/pause', undefined, by(cookie, headers));
    expect((await pause({})).status).toBe(403);
    expect((await pause({ ...OWN_PAGE, origin: 'https://evil.example' })).status).toBe(403);
    expect((await pause({ ...OWN_PAGE, origin: 'null' })).status).toBe(403);
    expect((await pause({ ...OWN_PAGE, origin: edge.url })).status).toBe(200);
    expect((await signIn(ADMIN_KEY, {})).status).toBe(403);
  });

  it('may what its key may, and needs one that may see something', async () => {
    const reader = await cookieOf((await keyWith(['jobs:read'])).secret);
    expect((await client.get('/v1/jobs', by(reader))).status).toBe(200);
    expect((await client.get('/v1/queues', by(reader))).status).toBe(403);
    expect((await client.post('/v1/jobs', { task: 'demo.echo' }, by(reader))).status).toBe(403);
    expect((await signIn((await keyWith(['jobs:write'])).secret)).status).toBe(403);
    expect((await signIn('no key of ours')).status).toBe(401);
  });

  it('is opened no faster than its key may make requests', async () => {
    const { secret } = await keyWith(['jobs:read'], { requestsPerSecond: 2 });
    const answers = await Promise.all([1, 2, 3, 4, 5, 6].map(() => signIn(secret)));
    const refused = answers.filter(({ status }) => status !== 201);
    expect(answers.length - refused.length).toBeGreaterThanOrEqual(2);
    expect(refused[0]).toMatchObject({ status: 429, json: { code: 'too_many_requests' } });
  });

  it('is opened with a key alone where the settings name no provider', async () => {
    expect((await client.get('/v1/session/ways', { key: null })).json).toEqual({ openIdConnect: false });
    for (const path of ['/v1/session/openid', '/v1/session/openid/callback?code=x&state=y']) {
      expect((await client.get(path, { key: null })).status).toBe(404);
    }
  });

  it('is over at once where it is ended', async () => {
    const cookie = await cookieOf(ADMIN_KEY);
    const answer = await client.call('DELETE', '/v1/session', undefined, by(cookie));
    expect([answer.status, answer.headers.get('set-cookie')]).toEqual([204, expect.stringContaining('Max-Age=0')]);
    expect((await client.get('/v1/session', by(cookie))).status).toBe(401);
  });

  it('is over on another gateway, which knows it, as soon as that looks again', async () => {
    const cookie = await cookieOf(ADMIN_KEY);
    const database = new Database(edge.databaseUrl);
    const elsewhere = sessionsOn(database, cookie);
    const request = { method: 'GET', headers: { cookie } } as FastifyRequest;
    expect(await elsewhere.authenticate(request)).toMatchObject({ tenant: 'default', scopes: ['admin'] });
    await client.call('DELETE', '/v1/session', undefined, by(cookie));
    const refused = await eventually('the end', () =>
      elsewhere.authenticate(request).then(
        () => undefined,
        (error: unknown) => error,
      ),
    );
    expect(refused).toMatchObject({ status: 401 });
    await database.close();
  });

  it('is over within 5 s of the end of its key, and when its time is over', async () => {
    const key = await keyWith(['jobs:read']);
    const cookie = await cookieOf(key.secret);
    expect((await client.get('/v1/jobs', by(cookie))).status).toBe(200);
    await client.call('DELETE', `/v1/api-keys/${key.id}`, undefined);
    const revoked = Date.now();
    await eventually('the end', async () => (await client.get('/v1/jobs', by(cookie))).status === 401 || undefined);
    expect(Date.now() - revoked).toBeLessThan(5_000);
    const other = await cookieOf(ADMIN_KEY);
    await edge.database.query("UPDATE sessions SET expires_at = now() - interval '1 second'");
    expect((await client.get('/v1/jobs', by(other))).status).toBe(401);
    await cookieOf(ADMIN_KEY);
    expect(await edge.database.query('SELECT count(*)::int AS open FROM sessions')).toEqual([{ open: 1 }]);
  });

  it('is over when its key is given another text', async () => {
    const cookie = await cookieOf(ADMIN_KEY);
    const [secret] = await edge.database.query<{ secret_sha256: Buffer }>(
      "SELECT secret_sha256 FROM api_keys WHERE key_id = 'configured'",
    );
    const set = (digest: Buffer | undefined): Promise<unknown> =>
      edge.database.query("UPDATE api_keys SET secret_sha256 = $1 WHERE key_id = 'configured'", [digest]);
    await set(digestOf('another text'));
    expect((await client.get('/v1/jobs', by(cookie))).status).toBe(401);
    await set(secret?.secret_sha256);
  });

  it('is one of a hundred of a key at most', async () => {
    const { id } = await keyWith(['jobs:read']);
    const store = new SessionStore(edge.database);
    const [key] = await edge.database.query<{ digest: Buffer }>(
      'SELECT secret_sha256 AS digest FROM api_keys WHERE id = $1',
      [id],
    );
    for (let count = 0; count < 103; count += 1) {
      const keyDigest = key?.digest ?? Buffer.alloc(0);
      await store.open({ digest: digestOf(String(count)), apiKeyId: id, keyDigest, lifetimeMs: 60_000 });
    }
    expect(await store.find(digestOf('2'))).toBeUndefined();
    expect(await store.find(digestOf('3'))).toMatchObject({ key: { id } });
  });
});
