import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { LIMITS } from '#libs/contracts';
import { type Answer, Client, pathsOf } from '../testing/client.js';
import { type RealEdge, startRealEdge } from '../testing/real-edge.js';

interface Accepted {
  readonly id: string;
  readonly type: string;
  readonly receivedAt: string;
  readonly duplicate: boolean;
}

describe('events over HTTP', () => {
  let edge: RealEdge;
  let client: Client;

  beforeAll(async () => {
    edge = await startRealEdge();
    client = new Client(edge.url);
  }, 30_000);

  afterAll(() => edge.stop());

  const publish = (event: object, key?: string): Promise<Answer<Accepted>> =>
    client.post<Accepted>('/v1/events', event, { headers: key === undefined ? {} : { 'idempotency-key': key } });
  const kept = (id: string): Promise<object[]> =>
    edge.database.query(
      `SELECT events.tenant, events.type, events.data, count(outbox.id)::int AS to_publish
       FROM events LEFT JOIN outbox ON outbox.event_uid = events.uid WHERE events.id = $1 GROUP BY events.uid`,
      [id],
    );

  it('are stored and to be published when they are accepted', async () => {
    const { status, json } = await publish({ type: 'order.placed', data: { total: 3 }, id: 'order 1' });
    expect([status, json]).toEqual([
      202,
      { id: 'order 1', type: 'order.placed', receivedAt: expect.any(String), duplicate: false },
    ]);
    expect(await kept('order 1')).toEqual([
      { tenant: 'default', type: 'order.placed', data: { total: 3 }, to_publish: 1 },
    ]);
  });

  it('get an id when they come without one', async () => {
    const [one, other] = [await publish({ type: 'a', data: null }), await publish({ type: 'a', data: null })];
    expect(one.json.id).not.toBe(other.json.id);
    expect(await kept(one.json.id)).toHaveLength(1);
  });

  it('count once under an id, whatever comes under it later, also when they come together', async () => {
    const all = await Promise.all(
      Array.from({ length: 8 }, (_, at) => publish({ type: `order.nr-${at}`, data: at, id: 'same' })),
    );
    expect(all.map(({ status }) => status)).toEqual(all.map(() => 202));
    expect(all.filter(({ json }) => !json.duplicate)).toHaveLength(1);
    expect(new Set(all.map(({ json }) => json.type)).size).toBe(1);
    expect(await kept('same')).toMatchObject([{ to_publish: 1 }]);
  });

  it('belong to the tenant of the key, and so do their ids', async () => {
    const { json } = await client.post<{ secret: string }>('/v1/api-keys', {
      ...{ name: 'theirs', tenant: 'acme', scopes: ['jobs:write'] },
    });
    const event = { type: 'a.b', data: 1, id: 'shared' };
    expect((await publish(event)).json.duplicate).toBe(false);
    const theirs = await client.post<Accepted>('/v1/events', event, { key: json.secret });
    expect(theirs.json.duplicate).toBe(false);
    expect(await kept('shared')).toHaveLength(2);
  });

  it('have the first answer again under their Idempotency-Key', async () => {
    const event = { type: 'a.b', data: { n: 1 } };
    const first = await publish(event, 'key-1');
    const second = await publish(event, 'key-1');
    expect([first.status, second.status]).toEqual([202, 200]);
    expect(second.json).toEqual(first.json);
    expect(await kept(first.json.id)).toMatchObject([{ to_publish: 1 }]);
    const other = await client.post('/v1/events', { ...event, data: 2 }, { headers: { 'idempotency-key': 'key-1' } });
    expect([other.status, pathsOf(other)]).toEqual([422, ['Idempotency-Key']]);
    const together = await Promise.all(Array.from({ length: 4 }, () => publish(event, 'key-2')));
    for (const { status } of together) expect([200, 202, 409]).toContain(status);
    expect(together.filter(({ status }) => status === 202)).toHaveLength(1);
  });

  it.each([
    ['no type', { type: undefined }, ['type']],
    ['a type with a wildcard', { type: 'order.*' }, ['type']],
    ['a type with an empty word', { type: 'order..placed' }, ['type']],
    ['a type that is too long', { type: 'a'.repeat(201) }, ['type']],
    ['a type that the suite alone tells', { type: 'job.completed' }, ['type']],
    ['no data', { data: undefined }, ['data']],
    ['a wrong type and no data', { type: 'order..placed', data: undefined }, ['data', 'type']],
    ['an empty id', { id: '' }, ['id']],
    ['an id that is too long', { id: 'a'.repeat(256) }, ['id']],
    ['an id that is no text', { id: 1 }, ['id']],
    ['an unknown field', { colour: 'red' }, ['colour']],
    ['data that is too large', { data: 'x'.repeat(LIMITS.eventData) }, ['data']],
    ['text that cannot be stored', { data: { a: '\0' } }, ['data.a']],
  ])('are refused with %s, naming the field', async (_, changes, paths) => {
    const answer = await client.post('/v1/events', { type: 'a.b', data: {}, ...changes });
    expect([answer.status, pathsOf(answer)]).toEqual([422, paths]);
  });

  it('are refused as a body that is too large', async () => {
    const answer = await client.post('/v1/events', { type: 'a', data: 'x'.repeat(LIMITS.requestBody) });
    expect(answer.status).toBe(413);
  });
});
