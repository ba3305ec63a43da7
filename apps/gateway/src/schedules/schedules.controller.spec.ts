import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { uuidv7 } from 'uuidv7';
import { type Job } from '#libs/contracts';
import { type Page } from '../http/page.js';
import { Client, pathsOf } from '../testing/client.js';
import { type RealEdge, startRealEdge } from '../testing/real-edge.js';
import { type ShownRun, type ShownSchedule } from './schedule-view.js';

const PAINT = {
  name: 'demo.paint',
  schema: {
    type: 'object',
    additionalProperties: false,
    properties: { width: { type: 'integer' }, token: { type: 'string', writeOnly: true } },
  },
};
const HOURLY = { name: 'hourly', cron: '0 * * * *', task: 'demo.paint', payload: { width: 1 } };

describe('schedules over HTTP', () => {
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

  const created = async (changes: object = {}, key?: string): Promise<ShownSchedule> => {
    const options = key === undefined ? {} : { key };
    const answer = await client.post<ShownSchedule>('/v1/schedules', { ...HOURLY, ...changes }, options);
    expect([answer.status, answer.text]).toEqual([201, expect.any(String)]);
    return answer.json;
  };
  const change = (id: string, body: unknown): ReturnType<Client['call']> =>
    client.call('PATCH', `/v1/schedules/${id}`, body);
  const changed = async (id: string, body: unknown): Promise<ShownSchedule> => {
    const answer = await client.call<ShownSchedule>('PATCH', `/v1/schedules/${id}`, body);
    expect(answer.status).toBe(200);
    return answer.json;
  };
  const shown = async (id: string): Promise<ShownSchedule> =>
    (await client.get<ShownSchedule>(`/v1/schedules/${id}`)).json;

  it('creates one, with what was not given filled in, and shows it', async () => {
    const answer = await client.post<ShownSchedule>('/v1/schedules', { ...HOURLY, priority: 'high', timeout: '20s' });
    const { id, nextRunAt } = answer.json;
    expect(answer.headers.get('location')).toBe(`/v1/schedules/${id}`);
    expect(answer.json).toMatchObject({
      ...{ tenant: 'default', name: 'hourly', cron: '0 * * * *', timezone: 'UTC', every: null, enabled: true },
      ...{ task: 'demo.paint', payload: { width: 1 }, priority: 'high', timeout: '20s', maxAttempts: null },
      ...{ catchUp: 'skip', overlap: 'allow', lastJobId: null },
    });
    const next = Date.parse(nextRunAt ?? '');
    expect(next % 3_600_000).toBe(0);
    expect(next).toBeGreaterThan(Date.now());
    expect(next).toBeLessThanOrEqual(Date.now() + 3_600_000);
    expect(await shown(id)).toEqual(answer.json);
  });

  it('takes a period, a bare task name and six fields', async () => {
    const before = Date.now();
    const { nextRunAt, cron, task } = await created({ cron: undefined, every: '90s', task: 'paint' });
    expect({ cron, task }).toEqual({ cron: null, task: 'demo.paint' });
    expect(Math.abs(Date.parse(nextRunAt ?? '') - before - 90_000)).toBeLessThan(5_000);
    expect((await created({ cron: '*/10 * * * * *' })).cron).toBe('*/10 * * * * *');
  });

  it.each([
    ['four fields', { cron: '0 * * *' }, ['cron']],
    ['seven fields', { cron: '0 0 * * * * 2030' }, ['cron']],
    ['an hour that no day has', { cron: '0 25 * * *' }, ['cron']],
    ['a date', { cron: '2031-01-01T00:00:00' }, ['cron']],
    ['a nickname', { cron: '@daily' }, ['cron']],
    ['a day that never comes', { cron: '0 0 31 2 *' }, ['cron']],
    ['an unknown time zone', { timezone: 'Europe/Atlantis' }, ['timezone']],
    ['neither cron nor every', { cron: undefined }, ['cron']],
    ['both cron and every', { every: '1m' }, ['every']],
    ['a period that is none', { cron: undefined, every: 'often' }, ['every']],
    ['a period under a second', { cron: undefined, every: '999ms' }, ['every']],
    ['no name', { name: undefined }, ['name']],
    ['nothing that it needs', { name: undefined, cron: undefined, task: undefined }, ['name', 'cron', 'task']],
    ['an unknown policy', { catchUp: 'all', overlap: 'queue' }, ['catchUp', 'overlap']],
    ['times of its jobs', { delay: '1m', runAt: '2031-01-01T00:00:00Z' }, ['delay', 'runAt']],
    ['an unknown field', { colour: 'red' }, ['colour']],
    ['an unknown task', { task: 'demo.none' }, ['task']],
    [
      'a payload that its task refuses, and more',
      { payload: { width: 'x' }, timezone: 'X' },
      ['timezone', 'payload.width'],
    ],
    ['a job option out of bounds', { timeout: '2d' }, ['timeout']],
  ])('refuses %s, naming the field', async (_, changes, paths) => {
    const answer = await client.post('/v1/schedules', { ...HOURLY, ...changes });
    expect([answer.status, pathsOf(answer)]).toEqual([422, paths]);
  });

  it('shows when one would be due, without making it', async () => {
    const preview = (query: string): ReturnType<Client['get']> => client.get(`/v1/schedules/preview?${query}`);
    const before = await client.get<Page<ShownSchedule>>('/v1/schedules');
    const hourly = await preview('cron=30+*+*+*+*&timezone=Europe%2FBerlin');
    const { ticks } = hourly.json as { ticks: string[] };
    const gaps = ticks.slice(1).map((tick, index) => Date.parse(tick) - Date.parse(ticks[index] ?? ''));
    expect([ticks[0]?.slice(14), gaps]).toEqual(['30:00.000Z', Array(4).fill(3_600_000)]);
    expect((await created({ cron: '30 * * * *' })).nextRunAt).toBe(ticks[0]);
    const { json } = await preview('every=90000');
    const [first = ''] = (json as { ticks: string[] }).ticks;
    expect(Math.abs(Date.parse(first) - Date.now() - 90_000)).toBeLessThan(5_000);
    expect((await client.get<Page<ShownSchedule>>('/v1/schedules')).json.data.length).toBe(before.json.data.length + 1);
    expect((await client.get('/v1/schedules/preview?every=1h', { key: keys.reader })).status).toBe(200);
  });

  it.each([
    ['nothing', '', ['cron']],
    ['a cron expression that is none', 'cron=never', ['cron']],
    ['a time that never comes', 'cron=0+0+31+2+*', ['cron']],
    ['a period under a second', 'every=999', ['every']],
    ['a longer cron expression than a schedule takes', `cron=0+0${',1'.repeat(100)}+*+*+*`, ['cron']],
    ['both', 'every=1h&cron=0+*+*+*+*', ['every']],
    ['an unknown time zone, and more', 'timezone=X&every=1h&colour=red', ['timezone', 'colour']],
  ])('previews no ticks of %s', async (_, query, paths) => {
    const answer = await client.get<never>(`/v1/schedules/preview?${query}`);
    expect([answer.status, pathsOf(answer)]).toEqual([422, paths]);
  });

  it('changes what is given and keeps the rest; the ticks only with the timing', async () => {
    const { id, nextRunAt, every } = await created({ cron: undefined, every: '1h', priority: 7 });
    const renamed = await changed(id, { name: 'other', priority: null, payload: { width: 2 } });
    expect(renamed).toMatchObject({ name: 'other', priority: null, payload: { width: 2 }, every, nextRunAt });
    const timed = await changed(id, { cron: '30 2 * * *', timezone: 'Europe/Berlin' });
    expect(timed).toMatchObject({ cron: '30 2 * * *', timezone: 'Europe/Berlin', every: null, name: 'other' });
    expect(timed.nextRunAt).not.toBe(nextRunAt);
    expect(await changed(id, { every: '2h' })).toMatchObject({ cron: null, every: '2h' });
    expect(await shown(id)).toMatchObject({ every: '2h' });
  });

  it('refuses a change that leaves no schedule, and changes nothing', async () => {
    const { id } = await created();
    for (const [body, path] of [
      [{ cron: null }, 'cron'],
      [{ cron: '1 * * * *', every: '1m' }, 'every'],
      [{ task: 'demo.none' }, 'task'],
      [{ name: null }, 'name'],
      [[], ''],
    ] as const) {
      const answer = await client.call<never>('PATCH', `/v1/schedules/${id}`, body);
      expect([answer.status, pathsOf(answer)]).toEqual([422, [path]]);
    }
    expect(await shown(id)).toMatchObject({ cron: '0 * * * *', task: 'demo.paint' });
  });

  it('pauses and goes on', async () => {
    const { id } = await created({ enabled: false });
    expect(await shown(id)).toMatchObject({ enabled: false, nextRunAt: null });
    expect((await changed(id, { enabled: true })).nextRunAt).not.toBeNull();
    expect(await changed(id, { enabled: false })).toMatchObject({ nextRunAt: null });
  });

  it('runs now, answers with the job, and keeps that in its history', async () => {
    const { id } = await created({ enabled: false, overlap: 'skip', metadata: { of: 'a schedule' } });
    const answer = await client.post<Job>(`/v1/schedules/${id}/run`, undefined);
    expect(answer.status).toBe(202);
    expect(answer.headers.get('location')).toBe(`/v1/jobs/${answer.json.id}`);
    expect(answer.json).toMatchObject({ task: 'demo.paint', status: 'queued', metadata: { of: 'a schedule' } });
    expect((await shown(id)).lastJobId).toBe(answer.json.id);
    expect(await client.post(`/v1/schedules/${id}/run`, undefined)).toMatchObject({
      status: 409,
      json: { code: 'last_job_open' },
    });
    const { json } = await client.get<Page<ShownRun>>(`/v1/schedules/${id}/runs`);
    expect(json).toEqual({
      data: [{ tick: null, outcome: 'started', jobId: answer.json.id, reason: null, at: expect.any(String) }],
      nextCursor: null,
    });
  });

  it('can be paused when its task no longer takes what it would run', async () => {
    const { id } = await created();
    await edge.database.query(`UPDATE schedules SET request = '{"task":"demo.gone"}' WHERE id = $1`, [id]);
    expect(await changed(id, { enabled: false, timezone: null })).toMatchObject({ enabled: false, task: 'demo.gone' });
    expect((await change(id, { enabled: false, priority: 1 })).status).toBe(422);
  });

  it('says what is wrong when its task no longer takes what it would run', async () => {
    const { id } = await created();
    await edge.database.query(
      `UPDATE schedules SET request = '{"task":"demo.paint","payload":{"width":"x"}}' WHERE id = $1`,
      [id],
    );
    const answer = await client.post(`/v1/schedules/${id}/run`, undefined);
    expect([answer.status, pathsOf(answer)]).toEqual([422, ['payload.width']]);
  });

  it('pages through schedules and through their histories, newest first', async () => {
    const one = await created({ overlap: 'allow' });
    const two = await created();
    const first = await client.get<Page<ShownSchedule>>('/v1/schedules?limit=1');
    expect(first.json.data.map(({ id }) => id)).toEqual([two.id]);
    const second = await client.get<Page<ShownSchedule>>(`/v1/schedules?limit=1&cursor=${first.json.nextCursor ?? ''}`);
    expect(second.json.data.map(({ id }) => id)).toEqual([one.id]);

    const jobs: string[] = [];
    for (let run = 0; run < 3; run += 1)
      jobs.unshift((await client.post<Job>(`/v1/schedules/${one.id}/run`, undefined)).json.id);
    const runs = await client.get<Page<ShownRun>>(`/v1/schedules/${one.id}/runs?limit=2`);
    const others = await client.get<Page<ShownRun>>(
      `/v1/schedules/${one.id}/runs?cursor=${runs.json.nextCursor ?? ''}`,
    );
    expect([...runs.json.data, ...others.json.data].map(({ jobId }) => jobId)).toEqual(jobs);
    for (const query of ['limit=0', 'cursor=nonsense', 'colour=red']) {
      expect((await client.get(`/v1/schedules?${query}`)).status).toBe(422);
      expect((await client.get(`/v1/schedules/${one.id}/runs?${query}`)).status).toBe(422);
    }
  });

  it('masks secret fields of the payload, and keeps them', async () => {
    const bare = { task: 'paint', payload: { token: 'hidden' } };
    const then = [{ task: 'demo.paint', payload: { token: 'hidden' }, then: [bare] }];
    const { id, payload, ...rest } = await created({ payload: { token: 'hidden' }, then });
    expect([payload, JSON.stringify(rest).includes('hidden')]).toEqual([{ token: '***' }, false]);
    await changed(id, { name: 'renamed' });
    const { json } = await client.post<Job>(`/v1/schedules/${id}/run`, undefined);
    expect(json.payload).toEqual({ token: '***' });
    expect(await edge.database.query('SELECT payload FROM jobs WHERE id = $1', [json.id])).toEqual([
      { payload: { token: 'hidden' } },
    ]);
  });

  it('is there for its tenant and admins alone, and to change for writers', async () => {
    const { id } = await created({}, keys.other);
    expect((await shown(id)).tenant).toBe('other');
    const own = await created();
    const paths = [`/v1/schedules/${own.id}`, `/v1/schedules/${uuidv7()}`, '/v1/schedules/none'];
    for (const path of paths) {
      const calls = [
        client.get(path, { key: keys.other }),
        client.get(`${path}/runs`, { key: keys.other }),
        client.post(`${path}/run`, undefined, { key: keys.other }),
        client.call('PATCH', path, { name: 'x' }, { key: keys.other }),
        client.call('DELETE', path, undefined, { key: keys.other }),
      ];
      for (const { status } of await Promise.all(calls)) expect(status).toBe(404);
    }
    const listed = await client.get<Page<ShownSchedule>>('/v1/schedules', { key: keys.other });
    expect(listed.json.data.map((schedule) => schedule.id)).toEqual([id]);
    const filtered = await client.get<Page<ShownSchedule>>('/v1/schedules?tenant=other');
    expect(filtered.json.data.map((schedule) => schedule.id)).toEqual([id]);
    expect((await client.get('/v1/schedules?tenant=default', { key: keys.other })).status).toBe(403);
    for (const call of [
      client.post('/v1/schedules', HOURLY, { key: keys.reader }),
      client.post(`/v1/schedules/${own.id}/run`, undefined, { key: keys.reader }),
      client.call('PATCH', `/v1/schedules/${own.id}`, {}, { key: keys.reader }),
      client.call('DELETE', `/v1/schedules/${own.id}`, undefined, { key: keys.reader }),
    ]) {
      expect((await call).status).toBe(403);
    }
    expect((await client.get(`/v1/schedules/${own.id}`, { key: keys.reader })).status).toBe(200);
    expect((await client.get('/v1/schedules', { key: null })).status).toBe(401);
  });

  it('is gone when it was deleted, while its jobs stay', async () => {
    const { id } = await created();
    const { json } = await client.post<Job>(`/v1/schedules/${id}/run`, undefined);
    expect((await client.call('DELETE', `/v1/schedules/${id}`, undefined)).status).toBe(204);
    for (const path of [`/v1/schedules/${id}`, `/v1/schedules/${id}/runs`])
      expect((await client.get(path)).status).toBe(404);
    expect((await change(id, {})).status).toBe(404);
    expect((await client.get(`/v1/jobs/${json.id}`)).status).toBe(200);
  });

  it('loses no change when two come at once', async () => {
    const { id } = await created();
    await Promise.all([changed(id, { name: 'both' }), changed(id, { priority: 9 }), changed(id, { overlap: 'skip' })]);
    expect(await shown(id)).toMatchObject({ name: 'both', priority: 9, overlap: 'skip' });
  });
});
