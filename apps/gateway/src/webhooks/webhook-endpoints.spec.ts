import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type Job, LIMITS } from '#libs/contracts';
import { WebhookSecrets } from '#libs/webhooks';
import { eventually } from '../../../../test/support/eventually.js';
import { type ProblemDetails } from '../http/problem.js';
import { Client, pathsOf } from '../testing/client.js';
import { type FlowBench, startFlowBench } from '../testing/flow-bench.js';
import { startRealEdge } from '../testing/real-edge.js';
import { type ShownEndpoint } from './endpoint-view.js';

const SECRET = 'a secret of the tests, long enough';
const HOOK = 'https://shop.example.com/hooks';
const DELIVER = 'integrations.deliver-webhook';
/** Statements that wait for the lock of a row. */
const WAITING = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";

interface Page<T> {
  readonly data: readonly T[];
}

describe('webhook endpoints over HTTP', () => {
  let bench: FlowBench;
  let client: Client;
  let secrets: WebhookSecrets;

  beforeAll(async () => {
    bench = await startFlowBench({ webhookSecret: SECRET });
    client = new Client(bench.edge.url);
    secrets = new WebhookSecrets(SECRET, bench.edge.storage);
    await bench.edge.announce([{}, { name: DELIVER }]);
  }, 60_000);
  afterAll(() => bench.stop());
  afterEach(() => bench.edge.database.query('DELETE FROM webhook_endpoints'));

  const create = async (body: object = {}): Promise<ShownEndpoint & { readonly secret: string }> => {
    const answer = await client.post<ShownEndpoint & { readonly secret: string }>('/v1/webhook-endpoints', {
      url: HOOK,
      ...body,
    });
    expect([answer.status, answer.text]).toEqual([201, answer.text]);
    return answer.json;
  };
  const pathOf = ({ id }: { readonly id: string }): string => `/v1/webhook-endpoints/${id}`;

  it('hear of every end of a job when nothing else is said, and have a secret of their own', async () => {
    const { id, secret, ...endpoint } = await create();
    expect(endpoint).toMatchObject({
      ...{ tenant: 'default', url: HOOK, description: null, events: ['job.*'], tasks: null, queues: null },
      ...{ concurrency: null, enabled: true, disabled: null },
    });
    expect(secret).toBe(await secrets.current({ tenant: 'default', endpoint: id }));
    const shown = await client.get<Record<string, unknown>>(`/v1/webhook-endpoints/${id}`);
    expect(shown.json).toEqual({ id, ...endpoint });
    expect(shown.text).not.toContain('whsec_');
  });

  it('show their secret again, and another when it is replaced, which signs beside the one before', async () => {
    const endpoint = await create();
    const path = `${pathOf(endpoint)}/secret`;
    expect((await client.get(path)).json).toEqual({ secret: endpoint.secret });
    const rotated = await client.post<{ secret: string }>(`${path}/rotate`, undefined);
    expect(rotated.status).toBe(200);
    expect((await client.get(path)).json).toEqual(rotated.json);
    const owner = { tenant: 'default', endpoint: endpoint.id };
    expect(await secrets.signing(owner)).toEqual([rotated.json.secret, endpoint.secret]);
  });

  it.each<[object, string]>([
    [{ url: 'ftp://example.com' }, 'url'],
    [{ url: 'https://a b' }, 'url'],
    [{ url: 'https://' }, 'url'],
    [{ url: 'http://169.254.169.254/' }, 'url'],
    [{ url: 'http://localhost.:22/' }, 'url'],
    [{ events: [] }, 'events'],
    [{ events: 'order.*' }, 'events'],
    [{ events: ['job.failed', 'job..failed'] }, 'events.1'],
    [{ concurrency: 0 }, 'concurrency'],
    [{ tasks: [''] }, 'tasks.0'],
    [{ tasks: ['demo.echo', 'echo'] }, 'tasks.1'],
    [{ secret: 'mine' }, 'secret'],
  ])('refuse %j', async (body, path) => {
    const answer = await client.post('/v1/webhook-endpoints', { url: HOOK, ...body });
    expect([answer.status, pathsOf(answer).every((wrong) => wrong === path)]).toEqual([422, true]);
  });

  it('can be changed in part, and say when they are disabled and why', async () => {
    const endpoint = await create({ description: 'The shop', events: 'job.failed', concurrency: 2 });
    const change = { enabled: false, description: null, tasks: ['demo.echo'] };
    const disabled = await client.call<ShownEndpoint>('PATCH', pathOf(endpoint), change);
    expect(disabled.json).toMatchObject({
      ...{ description: null, events: ['job.failed'], concurrency: 2, tasks: ['demo.echo'], enabled: false },
      disabled: { reason: 'requested', at: expect.any(String) },
    });
    const enabled = await client.call<ShownEndpoint>('PATCH', pathOf(endpoint), { enabled: true });
    expect(enabled.json).toMatchObject({ enabled: true, disabled: null });
    const wrong = await client.call<ProblemDetails>('PATCH', pathOf(endpoint), { url: 'nowhere' });
    expect([wrong.status, pathsOf(wrong)]).toEqual([422, ['url']]);
  });

  it('do not move to where webhooks may not go, and can be disabled when that is where they are', async () => {
    const endpoint = await create();
    const moved = await client.call<ProblemDetails>('PATCH', pathOf(endpoint), { url: 'http://10.0.0.1/hooks' });
    expect([moved.status, pathsOf(moved)]).toEqual([422, ['url']]);
    await bench.edge.database.query("UPDATE webhook_endpoints SET url = 'http://10.0.0.1/hooks'");
    const disabled = await client.call<ShownEndpoint>('PATCH', pathOf(endpoint), { enabled: false });
    expect(disabled.json).toMatchObject({ url: 'http://10.0.0.1/hooks', enabled: false });
  });

  it('keep a bare task name that is stored, whatever else is changed, and take no other', async () => {
    const endpoint = await create({ tasks: ['demo.echo'] });
    await bench.edge.database.query("UPDATE webhook_endpoints SET tasks = '{echo}'");
    const change = (body: object) => client.call<ShownEndpoint & ProblemDetails>('PATCH', pathOf(endpoint), body);
    expect((await change({ enabled: false })).json).toMatchObject({ enabled: false, tasks: ['echo'] });
    expect((await change({ tasks: ['echo', 'demo.echo'] })).json).toMatchObject({ tasks: ['echo', 'demo.echo'] });
    const wrong = await change({ tasks: ['echo', 'other'] });
    expect([wrong.status, pathsOf(wrong)]).toEqual([422, ['tasks.1']]);
  });

  it('are listed page by page, each tenant its own', async () => {
    const ids = [];
    for (let nth = 0; nth < 3; nth += 1) ids.unshift((await create()).id);
    const first = await client.get<Page<ShownEndpoint> & { nextCursor: string }>('/v1/webhook-endpoints?limit=2');
    const second = await client.get<Page<ShownEndpoint>>(`/v1/webhook-endpoints?cursor=${first.json.nextCursor}`);
    expect([...first.json.data, ...second.json.data].map(({ id }) => id)).toEqual(ids);
    const key = await keyOfTenant('elsewhere');
    expect((await client.get<Page<ShownEndpoint>>('/v1/webhook-endpoints', { key })).json.data).toEqual([]);
  });

  it('are a bounded number for each tenant', async () => {
    await Promise.all(
      Array.from({ length: LIMITS.webhookEndpoints + 3 }, () => client.post('/v1/webhook-endpoints', { url: HOOK })),
    );
    const [row] = await bench.edge.database.query<{ count: number }>(
      'SELECT count(*)::int AS count FROM webhook_endpoints',
    );
    expect(row?.count).toBe(LIMITS.webhookEndpoints);
    const answer = await client.post('/v1/webhook-endpoints', { url: HOOK });
    expect([answer.status, answer.json.code]).toEqual([409, 'too_many_endpoints']);
  });

  it('take what is to be delivered to them along when they are deleted', async () => {
    const endpoint = await create();
    const { json: job } = await client.post<Job>('/v1/jobs', { task: 'demo.echo' });
    await bench.end(job.id, { kind: 'done', result: null });
    await bench.follow();
    const { data } = (await client.get<Page<{ id: string }>>(`${pathOf(endpoint)}/deliveries`)).json;
    await client.post(`${pathOf(endpoint)}/secret/rotate`, undefined);
    expect((await client.call('DELETE', pathOf(endpoint), undefined)).status).toBe(204);
    const delivery = await client.get<Job>(`/v1/jobs/${data[0]?.id ?? ''}`);
    expect([data.length, delivery.json.status]).toEqual([1, 'cancelled']);
    expect((await client.get(pathOf(endpoint))).status).toBe(404);
    const owner = { tenant: 'default', endpoint: endpoint.id };
    expect(await secrets.signing(owner)).toHaveLength(1);
  });

  it('have nothing delivered again when they were deleted', async () => {
    const [kept, deleted] = [await create(), await create()];
    const { json: job } = await client.post<Job>('/v1/jobs', { task: 'demo.echo' });
    await bench.end(job.id, { kind: 'done', result: null });
    await bench.follow();
    const [toKept = '', toDeleted = ''] = await Promise.all(
      [kept, deleted].map(async (endpoint) => {
        const { data } = (await client.get<Page<{ id: string }>>(`${pathOf(endpoint)}/deliveries`)).json;
        return data[0]?.id;
      }),
    );
    await client.post(`/v1/jobs/${toKept}/cancel`, undefined);
    await client.call('DELETE', pathOf(deleted), undefined);
    const refused = await client.post(`/v1/jobs/${toDeleted}/retry`, undefined);
    expect([refused.status, refused.json.code]).toEqual([409, 'endpoint_gone']);
    const all = await client.post(`/v1/jobs/retry?metadata.webhookEndpoint=${deleted.id}&expected=9`, undefined);
    expect(all.json).toMatchObject({ changed: 0, unchanged: 1 });
    expect((await client.post(`/v1/jobs/${toKept}/retry`, undefined)).status).toBe(202);
  });

  it('take along what is entered while they are deleted', async () => {
    const endpoint = await create();
    const { json: job } = await client.post<Job>('/v1/jobs', { task: 'demo.echo' });
    await bench.end(job.id, { kind: 'done', result: null });
    const entering = await bench.followSlowly();
    const deleting = client.call('DELETE', pathOf(endpoint), undefined);
    await eventually('deletion that waits', async () => (await bench.edge.database.query(WAITING))[0]);
    await entering.goOn();
    expect((await deleting).status).toBe(204);
    const sql = 'SELECT status FROM jobs WHERE task = $1 AND parent_id = $2';
    expect(await bench.edge.database.query(sql, [DELIVER, job.id])).toEqual([{ status: 'cancelled' }]);
  });

  const keyOfTenant = async (tenant: string): Promise<string> => {
    const body = { name: 'x', tenant, scopes: ['jobs:read', 'jobs:write'] };
    return (await client.post<{ secret: string }>('/v1/api-keys', body)).json.secret;
  };
});

describe('webhook endpoints without WEBHOOK_SECRET', () => {
  it('are refused, and the answer names the setting', async () => {
    const edge = await startRealEdge();
    await edge.announce([{ name: DELIVER }]);
    const answer = await new Client(edge.url).post('/v1/webhook-endpoints', { url: HOOK });
    await edge.stop();
    expect([answer.status, pathsOf(answer)]).toEqual([422, ['url']]);
    expect(answer.text).toContain('WEBHOOK_SECRET');
  });
});
