import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { uuidv7 } from 'uuidv7';
import { LIMITS } from '#libs/contracts';
import { type Page } from '../http/page.js';
import { Client, pathsOf } from '../testing/client.js';
import { type RealEdge, startRealEdge } from '../testing/real-edge.js';
import { type Rehearsal } from './trigger-rehearsal.js';
import { type ShownTrigger } from './trigger-view.js';

const PAINT = {
  name: 'demo.paint',
  schema: {
    type: 'object',
    additionalProperties: false,
    required: ['width'],
    properties: { width: { type: 'integer' }, name: { type: 'string' }, token: { type: 'string', writeOnly: true } },
  },
};
const TRIGGER = {
  name: 'paint what is ordered',
  pattern: 'order.*',
  task: 'demo.paint',
  payload: { width: '{{data.size.width}}', name: 'for {{data.customer}}' },
};

describe('triggers over HTTP', () => {
  let edge: RealEdge;
  let client: Client;
  let keys: Record<'reader' | 'other', string>;

  beforeAll(async () => {
    edge = await startRealEdge();
    client = new Client(edge.url);
    await edge.announce([{}, PAINT]);
    const key = async (tenant: string, scopes: string[]): Promise<string> =>
      (await client.post<{ secret: string }>('/v1/api-keys', { name: tenant, tenant, scopes })).json.secret;
    keys = { reader: await key('default', ['jobs:read']), other: await key('other', ['jobs:read', 'jobs:write']) };
  }, 30_000);

  afterAll(() => edge.stop());

  const created = async (changes: object = {}, key?: string): Promise<ShownTrigger> => {
    const options = key === undefined ? {} : { key };
    const answer = await client.post<ShownTrigger>('/v1/triggers', { ...TRIGGER, ...changes }, options);
    expect([answer.status, answer.text]).toEqual([201, expect.any(String)]);
    return answer.json;
  };
  const changed = async (id: string, body: unknown): Promise<ShownTrigger> => {
    const answer = await client.call<ShownTrigger>('PATCH', `/v1/triggers/${id}`, body);
    expect([answer.status, answer.text]).toEqual([200, expect.any(String)]);
    return answer.json;
  };
  const removed = async (...ids: readonly string[]): Promise<void> => {
    for (const id of ids) expect((await client.call('DELETE', `/v1/triggers/${id}`, undefined)).status).toBe(204);
  };

  it('creates one, with what was not given filled in, and shows it', async () => {
    const answer = await client.post<ShownTrigger>('/v1/triggers', { ...TRIGGER, task: 'paint', priority: 'high' });
    expect(answer.headers.get('location')).toBe(`/v1/triggers/${answer.json.id}`);
    expect(answer.json).toMatchObject({
      ...{ tenant: 'default', name: TRIGGER.name, pattern: 'order.*', filter: {}, enabled: true },
      ...{ task: 'demo.paint', payload: TRIGGER.payload, priority: 'high', timeout: null },
    });
    expect((await client.get(`/v1/triggers/${answer.json.id}`)).json).toEqual(answer.json);
    await removed(answer.json.id);
  });

  it.each([
    ['no name', { name: undefined }, ['name']],
    ['no pattern', { pattern: undefined }, ['pattern']],
    ['nothing that it needs', { name: undefined, pattern: undefined, task: undefined }, ['name', 'pattern', 'task']],
    ['a pattern with a wildcard within a word', { pattern: 'order*' }, ['pattern']],
    ['a filter of no path', { filter: { total: 1 } }, ['filter.total']],
    ['a filter that is none', { filter: [1] }, ['filter']],
    ['an unknown condition', { filter: { 'data.total': { above: 1 } } }, ['filter.data.total.above']],
    ['an unknown task', { task: 'demo.none' }, ['task']],
    ['an unknown field', { colour: 'red' }, ['colour']],
    ['a job option out of bounds', { timeout: '2d' }, ['timeout']],
    ['a placeholder of no event', { payload: { width: '{{result.width}}' } }, ['payload.width']],
    ['a placeholder that does not end', { payload: { width: '{{data.width' } }, ['payload.width']],
    ['a payload that no event can mend', { payload: { width: 'x', name: '{{data.name}}' } }, ['payload.width']],
    ['a payload that lacks a field', { payload: { name: '{{data.name}}' } }, ['payload.width']],
    ['a field that the task does not have', { payload: { width: 1, '{{data.x}}': 1 } }, ['payload.{{data.x}}']],
  ])('refuses %s, naming the field', async (_, changes, paths) => {
    const answer = await client.post('/v1/triggers', { ...TRIGGER, ...changes });
    expect([answer.status, pathsOf(answer)]).toEqual([422, paths]);
  });

  it('changes what is given and keeps the rest; null is as if it had never been given', async () => {
    const { id } = await created({ filter: { 'data.total': { gt: 1 } }, priority: 7 });
    const filter = { 'data.total': { gt: 1 } };
    expect(await changed(id, { pattern: 'order.#', enabled: false })).toMatchObject({
      pattern: 'order.#',
      enabled: false,
      filter,
      priority: 7,
    });
    expect(await changed(id, { filter: null, priority: null })).toMatchObject({ filter: {}, priority: null });
    const answer = await client.call<never>('PATCH', `/v1/triggers/${id}`, { pattern: null });
    expect([answer.status, pathsOf(answer)]).toEqual([422, ['pattern']]);
    await edge.database.query(`UPDATE triggers SET request = '{"task":"demo.gone"}' WHERE id = $1`, [id]);
    expect(await changed(id, { name: 'off' })).toMatchObject({ name: 'off', task: 'demo.gone' });
    await removed(id);
  });

  it('is there for its tenant and admins alone, and to change for writers', async () => {
    const [theirs, own] = [await created({}, keys.other), await created()];
    for (const path of [`/v1/triggers/${own.id}`, `/v1/triggers/${uuidv7()}`, '/v1/triggers/none']) {
      const calls = [
        client.get(path, { key: keys.other }),
        client.get(`${path}/runs`, { key: keys.other }),
        client.call('PATCH', path, { name: 'x' }, { key: keys.other }),
        client.call('DELETE', path, undefined, { key: keys.other }),
      ];
      for (const { status } of await Promise.all(calls)) expect(status).toBe(404);
    }
    const listed = await client.get<Page<ShownTrigger>>('/v1/triggers', { key: keys.other });
    expect(listed.json.data.map(({ id }) => id)).toEqual([theirs.id]);
    for (const call of [
      client.post('/v1/triggers', TRIGGER, { key: keys.reader }),
      client.post('/v1/events', { type: 'a', data: 1 }, { key: keys.reader }),
      client.call('PATCH', `/v1/triggers/${own.id}`, {}, { key: keys.reader }),
      client.call('DELETE', `/v1/triggers/${own.id}`, undefined, { key: keys.reader }),
    ]) {
      expect((await call).status).toBe(403);
    }
    expect((await client.get('/v1/triggers', { key: null })).status).toBe(401);
    await removed(theirs.id, own.id);
  });

  it('pages through them, newest first', async () => {
    const ids = [(await created()).id, (await created()).id];
    const first = await client.get<Page<ShownTrigger>>('/v1/triggers?limit=1');
    const second = await client.get<Page<ShownTrigger>>(`/v1/triggers?limit=1&cursor=${first.json.nextCursor ?? ''}`);
    expect([...first.json.data, ...second.json.data].map(({ id }) => id)).toEqual(ids.toReversed());
    await removed(...ids);
  });

  it('are as many as a tenant may have, and no more', async () => {
    await edge.database.query(
      `INSERT INTO triggers (id, tenant, name, pattern, filter, request, enabled)
       SELECT gen_random_uuid(), 'other', 'many', '#', '{}', '{}', false FROM generate_series(1, $1)`,
      [LIMITS.triggers - 1],
    );
    const posted = Array.from({ length: 4 }, () => client.post('/v1/triggers', TRIGGER, { key: keys.other }));
    const statuses = (await Promise.all(posted)).map(({ status }) => status);
    expect(statuses.toSorted((one, other) => one - other)).toEqual([201, 409, 409, 409]);
    await edge.database.query("DELETE FROM triggers WHERE tenant = 'other'");
  });

  it('holds jobs to the highest priority of the key that made it', async () => {
    const body = { name: 'low', tenant: 'default', scopes: ['jobs:write'], maxPriority: 2 };
    const { secret } = (await client.post<{ secret: string }>('/v1/api-keys', body)).json;
    const { id, ...made } = await created({}, secret);
    expect(made).toMatchObject({ priority: 2 });
    const answer = await client.post('/v1/triggers', { ...TRIGGER, priority: 'high' }, { key: secret });
    expect([answer.status, pathsOf(answer)]).toEqual([422, ['priority']]);
    await removed(id);
  });

  it('masks secret fields of payloads, and keeps them', async () => {
    const then = [{ task: 'demo.paint', payload: { width: 1, token: 'hidden' } }];
    const { id, payload, ...rest } = await created({ payload: { width: 1, token: 'hidden' }, then });
    expect([payload, JSON.stringify(rest).includes('hidden')]).toEqual([{ width: 1, token: '***' }, false]);
    const [kept] = await edge.database.query<{ request: object }>('SELECT request FROM triggers WHERE id = $1', [id]);
    expect(kept?.request).toMatchObject({ payload: { token: 'hidden' }, then });
    await removed(id);
  });

  it('lets an event be tried: what would fire, with which request, and what is wrong', async () => {
    const then = [{ task: 'demo.paint', payload: { width: 1, token: 'hidden' } }];
    const fits = await created({ payload: { width: '{{data.width}}', token: '{{data.token}}' }, then });
    const filtered = await created({ filter: { 'data.width': { gt: 5 } } });
    const [off, other] = [await created({ enabled: false }), await created({ pattern: 'photo.*' })];
    const event = { type: 'order.placed', data: { width: 3, token: 'hidden' }, id: 'e-1' };
    const { json } = await client.post<Rehearsal>('/v1/triggers/test', { event }, { key: keys.reader });
    expect(json.event).toEqual(event);
    expect(json.triggers).toEqual([
      {
        trigger: { id: fits.id, name: TRIGGER.name, pattern: 'order.*' },
        ...{ fires: true, reason: null, errors: [] },
        job: {
          ...{ task: 'demo.paint', payload: { width: 3, token: '***' } },
          then: [{ task: 'demo.paint', payload: { width: 1, token: '***' } }],
        },
      },
      {
        trigger: { id: filtered.id, name: TRIGGER.name, pattern: 'order.*' },
        ...{ fires: false, reason: 'filter', errors: [], job: null },
      },
    ]);
    await removed(fits.id, filtered.id, off.id, other.id);
    expect(await edge.database.query('SELECT FROM jobs')).toEqual([]);
  });

  it.each([
    [{ width: 3, customer: 'Ada' }, {}, { fires: true, reason: null }, []],
    [{ width: 3 }, { pattern: 'photo.*' }, { fires: false, reason: 'pattern' }, []],
    [{ width: 3 }, { payload: { width: '{{data.wide}}' } }, { fires: false, reason: 'invalid' }, ['payload.width']],
    [{ width: 'wide' }, {}, { fires: false, reason: 'invalid' }, ['payload.width']],
  ])('lets a trigger be tried that is not there yet: %j with %j', async (data, changes, firing, paths) => {
    const trigger = { ...TRIGGER, payload: { width: '{{data.width}}' }, ...changes };
    const body = { event: { type: 'order.placed', data }, trigger };
    const { json } = await client.post<Rehearsal>('/v1/triggers/test', body);
    expect(json.triggers).toMatchObject([{ trigger: { id: null }, ...firing }]);
    expect(json.triggers[0]?.errors.map(({ path }) => path)).toEqual(paths);
  });

  it('refuses to try what is no event or no trigger, naming the field', async () => {
    const event = { type: 'order.placed', data: {} };
    for (const [body, paths] of [
      [{}, ['event']],
      [{ event: { type: 'order.*', data: 1 } }, ['event.type']],
      [{ event: { data: 1 } }, ['event.type']],
      [{ event, trigger: { ...TRIGGER, pattern: '' } }, ['trigger.pattern']],
      [{ event, colour: 1 }, ['colour']],
    ] as const) {
      const answer = await client.post('/v1/triggers/test', body);
      expect([answer.status, pathsOf(answer)]).toEqual([422, paths]);
    }
  });
});
