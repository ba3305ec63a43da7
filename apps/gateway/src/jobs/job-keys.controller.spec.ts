import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Job } from '#libs/contracts';
import { type ProblemDetails } from '../http/problem.js';
import { type Answer, Client, pathsOf } from '../testing/client.js';
import { type RealEdge, startRealEdge } from '../testing/real-edge.js';

describe('jobs with keys over HTTP', () => {
  let edge: RealEdge;
  let client: Client;
  let foreign: string;

  beforeAll(async () => {
    edge = await startRealEdge();
    client = new Client(edge.url);
    await edge.announce([{}]);
    const scopes = ['jobs:read', 'jobs:write'];
    foreign = (await client.post<{ secret: string }>('/v1/api-keys', { name: 'o', tenant: 'other', scopes })).json
      .secret;
  }, 60_000);

  afterAll(() => edge.stop());

  const post = <T = Job>(body: object, idempotencyKey?: string, key?: string): Promise<Answer<T>> =>
    client.post<T>(
      '/v1/jobs',
      { task: 'demo.echo', ...body },
      {
        ...(key === undefined ? {} : { key }),
        ...(idempotencyKey === undefined ? {} : { headers: { 'idempotency-key': idempotencyKey } }),
      },
    );

  it('are answered with 202 once, and then with 200 and the job as it is then', async () => {
    const first = await post({ payload: { a: 1, b: 2 } }, 'k-1');
    expect(first.status).toBe(202);
    await client.post(`/v1/jobs/${first.json.id}/cancel`, undefined);
    const again = await post({ payload: { b: 2, a: 1 } }, 'k-1');
    expect(again).toMatchObject({ status: 200, json: { id: first.json.id, status: 'cancelled' } });
    expect(again.headers.get('location')).toBe(`/v1/jobs/${first.json.id}`);
    expect(again.json).toHaveProperty('watchToken');
  });

  it("are refused with 422 when the key came with another body, and are another tenant's with its key", async () => {
    const first = await post({ payload: { a: 1 } }, 'k-2');
    const other = await post<ProblemDetails>({ payload: { a: 2 } }, 'k-2');
    expect([other.status, pathsOf(other)]).toEqual([422, ['Idempotency-Key']]);
    const theirs = await post({ payload: { a: 1 } }, 'k-2', foreign);
    expect([theirs.status, theirs.json.id === first.json.id]).toEqual([202, false]);
  });

  it('keep no key of a request that is refused, and take up to 255 visible characters', async () => {
    const refused = await post<ProblemDetails>({ priority: 11 }, 'k-3');
    expect([refused.status, pathsOf(refused)]).toEqual([422, ['priority']]);
    expect((await post({}, 'k-3')).status).toBe(202);
    expect((await post({}, '~'.repeat(255))).status).toBe(202);
    for (const key of ['~'.repeat(256), '', 'two words', 'é']) {
      const answer = await post<ProblemDetails>({}, key);
      expect([answer.status, pathsOf(answer)]).toEqual([422, ['Idempotency-Key']]);
    }
  });

  it('have a second request answered although the task is gone since', async () => {
    await edge.announce([{}, { name: 'demo.passing' }]);
    const { json } = await post({ task: 'demo.passing' }, 'k-4');
    await edge.announce([{}]);
    expect((await post({ task: 'demo.passing' })).status).toBe(422);
    expect(await post({ task: 'demo.passing' }, 'k-4')).toMatchObject({ status: 200, json: { id: json.id } });
  });

  it('are answered with 410 when the job is deleted', async () => {
    const { json } = await post({}, 'k-5');
    await client.post(`/v1/jobs/${json.id}/cancel`, undefined);
    await client.call('DELETE', `/v1/jobs/${json.id}`, undefined);
    expect((await post({}, 'k-5')).status).toBe(410);
  });

  it('are the open job of their unique key, with 200', async () => {
    const first = await post({ uniqueKey: 'u', delay: '1h' });
    expect(first).toMatchObject({ status: 202, json: { uniqueKey: 'u' } });
    expect(await post({ uniqueKey: 'u', payload: { other: true } })).toMatchObject({
      status: 200,
      json: { id: first.json.id, payload: {} },
    });
    await client.post(`/v1/jobs/${first.json.id}/cancel`, undefined);
    const next = await post({ uniqueKey: 'u', uniqueFor: '1h' });
    expect(next.status).toBe(202);
    expect(await client.post(`/v1/jobs/${first.json.id}/retry`, undefined)).toMatchObject({
      status: 409,
      json: {
        detail: 'Another open job holds the uniqueKey of this one: it cannot be retried.',
        code: 'unique_key_held',
      },
    });
    await client.post(`/v1/jobs/${next.json.id}/cancel`, undefined);
    expect(await post({ uniqueKey: 'u' })).toMatchObject({ status: 200, json: { id: next.json.id } });
  });
});
