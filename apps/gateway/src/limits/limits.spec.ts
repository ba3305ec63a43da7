import { EventEmitter, once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Caller } from '../api-keys/caller.js';
import { type ProblemDetails } from '../http/problem.js';
import { LimitStore } from '../ledger/limit-store.js';
import { type KeyLimits, type TenantLimits, UNLIMITED_KEY, UNLIMITED_TENANT } from '../ledger/limits.js';
import { type Answer, Client, pathsOf } from '../testing/client.js';
import { type RealEdge, startRealEdge } from '../testing/real-edge.js';
import { Admission } from './admission.js';
import { OpenJobs } from './open-jobs.js';
import { RequestRates } from './request-rates.js';
import { Tenants } from './tenants.js';

interface Key extends KeyLimits {
  readonly id: string;
  readonly secret: string;
}

describe('limits', () => {
  let edge: RealEdge;
  let client: Client;

  beforeAll(async () => {
    edge = await startRealEdge();
    client = new Client(edge.url);
    await edge.announce([{}, { name: 'demo.urgent', defaults: { ...DEFAULTS, priority: 8 } }]);
  }, 60_000);

  afterAll(() => edge.stop());

  async function keyOf(tenant: string, limits: Partial<KeyLimits>): Promise<Key> {
    const body = { name: tenant, tenant, scopes: ['jobs:write', 'jobs:read'], ...limits };
    const { status, json } = await client.post<Key>('/v1/api-keys', body);
    expect(status).toBe(201);
    return json;
  }
  const enqueue = (
    key: Key,
    options: object = {},
  ): Promise<Answer<ProblemDetails & { id: string; priority: number }>> =>
    client.post('/v1/jobs', { task: 'demo.echo', ...options }, { key: key.secret });
  const end = (id: string): Promise<unknown> =>
    edge.database.query("UPDATE jobs SET status = 'completed', completed_at = now() WHERE id = $1", [id]);

  it('are shown with their key, changed and taken away', async () => {
    const key = await keyOf('shown', { requestsPerSecond: 100, maxOpenJobs: 5, maxPriority: 4 });
    expect(key).toMatchObject({ requestsPerSecond: 100, maxOpenJobs: 5, maxPriority: 4 });
    const change = { name: 'renamed', maxOpenJobs: 9, maxPriority: null };
    const changed = await client.call<Key>('PATCH', `/v1/api-keys/${key.id}`, change);
    expect(changed).toMatchObject({ status: 200, json: { ...change, requestsPerSecond: 100 } });
    const list = await client.get<{ data: Key[] }>('/v1/api-keys?tenant=shown');
    expect(list.json.data).toEqual([expect.objectContaining({ ...change, requestsPerSecond: 100 })]);
    for (const [body, path] of [
      [{ maxOpenJobs: 0 }, 'maxOpenJobs'],
      [{ maxPriority: 10 }, 'maxPriority'],
      [{ scopes: ['admin'] }, 'scopes'],
    ] as const) {
      const refused = await client.call<ProblemDetails>('PATCH', `/v1/api-keys/${key.id}`, body);
      expect([refused.status, pathsOf(refused)]).toEqual([422, [path]]);
    }
  });

  it('refuse a priority above that of the key, and lower that of a task', async () => {
    const key = await keyOf('priorities', { maxPriority: 6 });
    for (const priority of [7, 'critical']) {
      const refused = await enqueue(key, { priority });
      expect([refused.status, pathsOf(refused)]).toEqual([422, ['priority']]);
    }
    const batch = await client.post(
      '/v1/jobs/batch',
      { jobs: [{ task: 'demo.echo', priority: 7 }] },
      { key: key.secret },
    );
    expect([batch.status, pathsOf(batch)]).toEqual([422, ['jobs.0.priority']]);
    const { status, json } = await enqueue(key, { priority: 'high' });
    expect([status, json.priority]).toEqual([202, 6]);
    const raised = await client.call<ProblemDetails>(
      'PATCH',
      `/v1/jobs/${json.id}`,
      { priority: 9 },
      { key: key.secret },
    );
    expect([raised.status, pathsOf(raised)]).toEqual([422, ['priority']]);
    expect((await enqueue(key, { task: 'demo.urgent' })).json.priority).toBe(6);
    const schedule = { name: 'hourly', every: '1h', task: 'demo.urgent' };
    const scheduled = await client.post<{ priority: number }>('/v1/schedules', schedule, { key: key.secret });
    expect([scheduled.status, scheduled.json.priority]).toEqual([201, 6]);
  });

  it('refuse jobs of a key that has as many open ones as it may, until one has ended', async () => {
    const key = await keyOf('open', { maxOpenJobs: 3 });
    const other = await keyOf('open', {});
    const answers = await Promise.all([1, 2, 3, 4, 5].map(() => enqueue(key)));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([202, 202, 202, 429, 429]);
    const refused = answers.find(({ status }) => status === 429);
    expect(refused?.json).toMatchObject({ code: 'too_many_open_jobs' });
    expect(Number(refused?.headers.get('retry-after'))).toBeGreaterThan(0);
    const [first] = answers.filter(({ status }) => status === 202);
    await end(first?.json.id ?? '');
    const two = { jobs: [{ task: 'demo.echo' }, { task: 'demo.echo' }] };
    expect((await client.post('/v1/jobs/batch', two, { key: key.secret })).status).toBe(429);
    expect((await enqueue(key)).status).toBe(202);
    expect((await enqueue(key)).status).toBe(429);
    expect((await enqueue(other)).status).toBe(202);
  });

  it('are set for a tenant, over all its keys', async () => {
    const keys = [await keyOf('together', {}), await keyOf('together', {})] as const;
    const limits = { requestsPerSecond: null, maxOpenJobs: 2, maxRunningJobs: 7 };
    const set = await client.call<TenantLimits>('PUT', '/v1/tenants/together/limits', {
      maxOpenJobs: 2,
      maxRunningJobs: 7,
    });
    expect([set.status, set.json]).toEqual([200, limits]);
    expect((await client.get('/v1/tenants/together/limits')).json).toEqual(limits);
    expect((await client.get('/v1/tenants/unheard-of/limits')).json).toEqual(UNLIMITED_TENANT);
    expect((await client.get('/v1/tenants/No%20Name/limits')).status).toBe(404);
    expect((await client.get('/v1/tenants/together/limits', { key: keys[0].secret })).status).toBe(403);
    const statuses = [await enqueue(keys[0]), await enqueue(keys[1]), await enqueue(keys[0])].map(
      ({ status }) => status,
    );
    expect(statuses).toEqual([202, 202, 429]);
  });

  it('refuse requests that come faster than the key may make them', async () => {
    const key = await keyOf('fast', { requestsPerSecond: 2 });
    const answers = await Promise.all([1, 2, 3, 4, 5, 6].map(() => client.get('/v1/jobs', { key: key.secret })));
    const refused = answers.filter(({ status }) => status === 429);
    expect(answers.length - refused.length).toBeGreaterThanOrEqual(2);
    expect(refused.length).toBeGreaterThan(0);
    expect(refused[0]?.json).toMatchObject({ code: 'too_many_requests' });
    expect(Number(refused[0]?.headers.get('retry-after'))).toBeGreaterThan(0);
  });

  it('count together what comes to several gateways', async () => {
    const caller = { ...CALLER, tenant: 'gateways', limits: { ...UNLIMITED_KEY, requestsPerSecond: 10 } };
    const [one, two] = [
      new RequestRates(new LimitStore(edge.database)),
      new RequestRates(new LimitStore(edge.database)),
    ];
    const asked = Array.from({ length: 40 }, (_, index) =>
      (index % 2 === 0 ? one : two).admit(caller, UNLIMITED_TENANT),
    );
    const granted = (await Promise.allSettled(asked)).filter(({ status }) => status === 'fulfilled').length;
    expect(granted).toBeGreaterThanOrEqual(10);
    expect(granted).toBeLessThan(20);

    const limits = { ...UNLIMITED_TENANT, maxOpenJobs: 1 };
    const key = await keyOf('gateways', {});
    const [here, there] = [1, 2].map(() => new OpenJobs(new LimitStore(edge.database)));
    const entered = await here?.admit(caller, limits, 1);
    await expect(here?.admit(caller, limits, 1)).rejects.toMatchObject({ status: 429 });
    await enqueue(key);
    entered?.(true);
    await expect(there?.admit(caller, limits, 1)).rejects.toMatchObject({ status: 429 });
  });

  it('let a job in while one that is there already is asked for again', async () => {
    const store = new LimitStore(edge.database);
    const gate = new EventEmitter();
    const openJobs = new OpenJobs({
      openJobs: async (...asked) => {
        if (gate.emit('counting')) await again;
        return store.openJobs(...asked);
      },
    });
    const admission = new Admission(new Tenants(store), new RequestRates(store), openJobs);
    const caller = { ...CALLER, tenant: 'again', limits: { ...UNLIMITED_KEY, maxOpenJobs: 1 } };
    const begun = once(gate, 'begun');
    const again = admission.enter(caller, 1, async () => {
      const counting = once(gate, 'counting');
      gate.emit('begun');
      await counting;
      return { isNew: false };
    });
    await begun;
    const entered = { isNew: true };
    expect(await admission.enter(caller, 1, () => Promise.resolve(entered))).toBe(entered);
  });
});

const DEFAULTS = {
  maxAttempts: 5,
  timeoutMs: 300_000,
  backoff: { type: 'exponential', delayMs: 1_000, maxDelayMs: 60_000, jitter: 0 },
} as const;

const CALLER: Caller = {
  apiKeyId: '01970000-0000-7000-8000-000000000000',
  tenant: 'gateways',
  scopes: [],
  seesContents: true,
  limits: UNLIMITED_KEY,
};
