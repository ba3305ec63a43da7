import { randomUUID } from 'node:crypto';
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PAGE_PATHS } from '../dashboard/page-paths.js';
import { type Answer, Client } from '../testing/client.js';
import { type RealEdge, startRealEdge } from '../testing/real-edge.js';

interface Made {
  readonly id: string;
}

/** A route as the router has it. */
interface Route {
  readonly method: string;
  readonly path: string;
}

/** Who may call a route, by the public contract alone: what the code says of itself is what is tested. */
type Access = 'public' | 'admin' | 'jobs:read' | 'jobs:write';

/** Without a key: what programs look at, links that are signed, pages with what they load, and the way in by a provider. */
const PUBLIC = /^\/(health\/|metrics$|openapi\.json$|docs|unsubscribe\/|assets\/:name$|v1\/session\/(ways|openid))/;
const PAGES: readonly string[] = PAGE_PATHS.map((path) => `/${path}`);
/** Signing in brings a key in its body; signing out needs what it ends. */
const SESSIONS = ['POST /v1/session', 'DELETE /v1/session'];
const ADMIN =
  /^\/v1\/((queues|throughput|dead-letters|workers|audit|doctor|actions|api-keys|tenants|webhook-secret)(\/|$)|webhook-endpoints\/:id\/secret)/;
/** Called by POST, and only read or try out. */
const READS = ['POST /v1/jobs/:id/watch-token', 'POST /v1/triggers/test'];
/** What a job's watch token opens, for that job. */
const WATCHED = '/v1/jobs/:id/stream';
/** What a path names by `:id` and belongs to a tenant. */
const OWNED = /^\/v1\/(jobs|batches|schedules|triggers|webhook-endpoints)\/:id(?!\/secret)/;
/** What a change needs to get past the check of its body. */
const BODIES: Readonly<Record<string, object>> = {
  'PATCH /v1/jobs': { priority: 5 },
  'PATCH /v1/jobs/:id': { priority: 5 },
  'PATCH /v1/schedules/:id': { enabled: false },
  'PATCH /v1/triggers/:id': { enabled: false },
  'PATCH /v1/webhook-endpoints/:id': { enabled: false },
  'POST /v1/webhook-endpoints/:id/replay': { since: '2026-01-01T00:00:00Z' },
};

function accessOf({ method, path }: Route): Access {
  const reads = method === 'GET' || method === 'HEAD' || READS.includes(`${method} ${path}`);
  if (PUBLIC.test(path) || SESSIONS.includes(`${method} ${path}`) || (reads && isRead(path))) return 'public';
  if (ADMIN.test(path)) return 'admin';
  return reads ? 'jobs:read' : 'jobs:write';
}

/** Whether anybody may read what is at a path: by a signed link, or because it is a page. */
function isRead(path: string): boolean {
  return path.startsWith('/v1/files/') || PAGES.includes(path);
}

describe('every route of the gateway', () => {
  let edge: RealEdge;
  let client: Client;
  let routes: readonly Route[];
  const keys: Record<'all' | 'jobs:read' | 'jobs:write' | 'foreign' | 'revoked', string> = {
    all: '',
    'jobs:read': '',
    'jobs:write': '',
    foreign: '',
    revoked: '',
  };
  let watchToken: string;
  const owned = new Map<string, string>();

  const made = async <T>(path: string, body: object, key?: string): Promise<T> => {
    const answer = await client.post<T>(path, body, key === undefined ? {} : { key });
    expect([path, answer.status, answer.status < 300 ? '' : answer.text]).toEqual([path, answer.status, '']);
    return answer.json;
  };
  const keyWith = async (tenant: string, scopes: readonly string[]): Promise<Made & { secret: string }> =>
    made('/v1/api-keys', { name: 'access', tenant, scopes });

  beforeAll(async () => {
    edge = await startRealEdge({ webhookSecret: 'a secret of the tests, long enough' });
    client = new Client(edge.url);
    routes = edge.routes.map((route) => {
      const [method = '', path = ''] = route.split(' ');
      return { method, path };
    });
    await edge.announce([{}, { name: 'integrations.deliver-webhook' }]);
    keys.all = (await keyWith('owner', ['jobs:read', 'jobs:write'])).secret;
    keys['jobs:read'] = (await keyWith('owner', ['jobs:read'])).secret;
    keys['jobs:write'] = (await keyWith('owner', ['jobs:write'])).secret;
    keys.foreign = (await keyWith('stranger', ['jobs:read', 'jobs:write'])).secret;
    const revoked = await keyWith('owner', ['jobs:read', 'jobs:write']);
    await client.call('DELETE', `/v1/api-keys/${revoked.id}`, undefined);
    keys.revoked = revoked.secret;

    const job = await made<Made & { watchToken: string }>('/v1/jobs', { task: 'demo.echo' }, keys.all);
    watchToken = job.watchToken;
    owned.set('jobs', job.id);
    const jobs = [{ task: 'demo.echo' }];
    owned.set('batches', (await made<{ batchId: string }>('/v1/jobs/batch', { jobs }, keys.all)).batchId);
    const schedule = { name: 'access', every: '1h', task: 'demo.echo' };
    owned.set('schedules', (await made<Made>('/v1/schedules', schedule, keys.all)).id);
    const trigger = { name: 'access', pattern: 'order.*', task: 'demo.echo' };
    const endpoint = { url: 'https://example.com/hooks' };
    owned.set('webhook-endpoints', (await made<Made>('/v1/webhook-endpoints', endpoint, keys.all)).id);
    owned.set('triggers', (await made<Made>('/v1/triggers', trigger, keys.all)).id);
  });
  afterAll(() => edge.stop());

  const guarded = (): readonly Route[] => routes.filter((route) => accessOf(route) !== 'public');
  const pathOf = ({ path }: Route, idOf: (kind: string) => string): string =>
    path
      .replace(/^\/v1\/([a-z-]+)\/:id/, (_, kind: string) => `/v1/${kind}/${idOf(kind)}`)
      .replaceAll(/:[a-z]+/gi, 'name')
      .replace('*', 'default/name');
  const call = (route: Route, key: string | null, idOf = ownedId): Promise<Answer<unknown>> => {
    const body = BODIES[`${route.method} ${route.path}`];
    return client.call(route.method, pathOf(route, idOf), body, { key });
  };
  /** Each call comes from an address of its own: of one address, failed tries are limited. */
  let callers = 0;
  const callFromAfar = (route: Route, key: string): Promise<{ status: number }> => {
    callers += 1;
    const localAddress = `127.1.${Math.floor(callers / 250)}.${(callers % 250) + 1}`;
    const headers = { authorization: `Bearer ${key}` };
    const url = new URL(pathOf(route, ownedId), edge.url);
    return new Promise((resolve, reject) => {
      request(url, { method: route.method, headers, localAddress, agent: false }, (answer) => {
        answer.resume().once('end', () => {
          resolve({ status: answer.statusCode ?? 0 });
        });
      })
        .once('error', reject)
        .end();
    });
  };
  const ownedId = (kind: string): string => owned.get(kind) ?? randomUUID();
  /** What each route answers that does not answer as it should. */
  const wrong = async (
    among: readonly Route[],
    ask: (route: Route) => Promise<{ readonly status: number }>,
    isRight: (status: number) => boolean,
  ): Promise<string[]> => {
    const answers = among.map(async (route) => ({ route, status: (await ask(route)).status }));
    return (await Promise.all(answers)).flatMap(({ route: { method, path }, status }) =>
      isRight(status) ? [] : [`${method} ${path}: ${status}`],
    );
  };

  it('is known to this test: there are guarded and public ones', () => {
    expect(guarded().length).toBeGreaterThan(40);
    expect(routes.length).toBeGreaterThan(guarded().length + 5);
  });

  it.each([
    ['a key that nobody has', () => `lvr_${'0'.repeat(10)}_${'0'.repeat(36)}_000000`],
    ['a key that was revoked', () => keys.revoked],
  ])('that is not public answers 401 to %s', async (_, key) => {
    const ask = (route: Route): Promise<{ status: number }> => callFromAfar(route, key());
    expect(await wrong(guarded(), ask, (status) => status === 401)).toEqual([]);
  });

  it('that is not public answers 401 without a key', async () => {
    expect(
      await wrong(
        guarded(),
        (route) => call(route, null),
        (status) => status === 401,
      ),
    ).toEqual([]);
  });

  it('answers 401 to a watch token, unless it watches the token’s own job', async () => {
    const others = guarded().filter(({ path }) => path !== WATCHED);
    const ask = (route: Route): Promise<{ status: number }> => callFromAfar(route, watchToken);
    expect(await wrong(others, ask, (status) => status === 401)).toEqual([]);
    const { id } = await made<Made>('/v1/jobs', { task: 'demo.echo' }, keys.all);
    const stream = { method: 'GET', path: WATCHED.replace(':id', id) };
    expect(await wrong([stream], ask, (status) => status === 401 || status === 404)).toEqual([]);
  });

  it('answers 403 to a key that has other scopes only', async () => {
    const others = { admin: 'all', 'jobs:read': 'jobs:write', 'jobs:write': 'jobs:read', public: 'all' } as const;
    const ask = (route: Route): Promise<Answer<unknown>> => call(route, keys[others[accessOf(route)]]);
    expect(await wrong(guarded(), ask, (status) => status === 403)).toEqual([]);
  });

  it('says of another tenant’s object what it says of one that does not exist', async () => {
    const ofTenants = guarded().filter((route) => OWNED.test(route.path));
    expect(ofTenants.length).toBeGreaterThan(15);
    for (const route of ofTenants) {
      const missingId = randomUUID();
      const [foreign, missing] = [await call(route, keys.foreign), await call(route, keys.foreign, () => missingId)];
      const text = [...owned.values()].reduce((said, id) => said.replaceAll(id, missingId), foreign.text);
      expect([route, foreign.status, text]).toEqual([route, 404, missing.text]);
      expect(missing.status).toBe(404);
    }
  });

  it('that names something by an id belongs to a tenant or to admins', () => {
    const named = guarded().filter(({ path }) => path.includes(':id'));
    expect(named.filter((route) => !OWNED.test(route.path) && accessOf(route) !== 'admin')).toEqual([]);
  });
});
