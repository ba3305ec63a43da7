import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { brokerNames, type Delivery } from '#libs/broker';
import { type Job } from '#libs/contracts';
import { v4 as uuidv4 } from 'uuid';
import { DeadMessageStore } from '../ledger/dead-message-store.js';
import { ReportStore } from '../ledger/report-store.js';
import { Client, pathsOf } from '../testing/client.js';
import { deadJob, fail } from '../testing/dead-job.js';
import { type RealEdge, startRealEdge } from '../testing/real-edge.js';
import { type ShownDeadLetter } from './letter-view.js';
import { readLetter } from './read-letter.js';
import { type RedrivenNow } from './redrive-now.js';
import { type ShownRedrive } from './redrive-view.js';

const PATH = '/v1/dead-letters';
/** Of nothing; the names of the specs are the same at each run. */
const NOBODY = '0197f6a0-1111-7000-8000-000000000000';
const PAINT = {
  name: 'demo.paint',
  schema: { type: 'object', properties: { token: { type: 'string', writeOnly: true } } },
};

interface List<T> {
  readonly data: readonly T[];
  readonly nextCursor: string | null;
}

describe('dead letters over HTTP', () => {
  let edge: RealEdge;
  let client: Client;
  let reports: ReportStore;
  let messages: DeadMessageStore;

  beforeAll(async () => {
    edge = await startRealEdge();
    client = new Client(edge.url);
    reports = new ReportStore(edge.database);
    messages = new DeadMessageStore(edge.database);
    await edge.announce([{}, PAINT]);
  }, 30_000);

  beforeEach(() => edge.database.query('TRUNCATE jobs, dead_letters, redrives CASCADE'));

  afterAll(() => edge.stop());

  const dead = (death: Parameters<typeof deadJob>[1] = {}): Promise<string> =>
    deadJob({ jobs: edge.jobs, reports }, { queue: 'demo', task: 'demo.echo', ...death });
  const list = async (query = ''): Promise<readonly ShownDeadLetter[]> =>
    (await client.get<List<ShownDeadLetter>>(`${PATH}${query}`)).json.data;

  /** Lets the gateway read a message from among the broker's dead letters. */
  async function arrive(body: string | Buffer, headers: Record<string, unknown> = {}): Promise<void> {
    const names = brokerNames('leveret');
    const tasks = { find: (name: string) => (name === PAINT.name ? (PAINT as never) : undefined) };
    const delivery: Delivery = {
      properties: { messageId: 'order 7', priority: 8, headers },
      body: Buffer.from(body),
      routingKey: 'demo.unreadable',
      exchange: names.dead,
      redelivered: false,
      gone: false,
      ack: () => undefined,
    };
    const read = readLetter(delivery, names, tasks);
    if (read.kind === 'copy') throw new Error('The message is a copy.');
    await messages.enter([read]);
  }
  const refusal = (changes: Record<string, unknown> = {}): Record<string, unknown> => ({
    ...{ 'x-letter': uuidv4(), 'x-letter-of': 'message', 'x-code': 'invalid_job', 'x-reason': 'payload is wrong' },
    ...{ 'x-source': 'leveret.ingress', 'x-key': 'demo.paint', 'x-tenant': 'default', 'x-version': 1 },
    ...{ 'x-dead-at': '2026-01-01T00:00:00.000Z', 'x-metadata': '{"mark":1}', ...changes },
  });

  it('show failed jobs with payload and reason, without secrets', async () => {
    const jobId = await dead({ task: 'demo.paint', payload: '{"token":"hunter2","size":3}' });
    const [letter] = await list('?queue=demo');
    expect(letter).toMatchObject({
      jobId,
      ...{ tenant: 'default', queue: 'demo', task: 'demo.paint', reason: 'permanent_error', message: null },
      error: { code: 'bad', message: 'It is bad.', permanent: true, attempt: 1 },
      payload: { token: '***', size: 3 },
      workerId: 'demo@test',
    });
    const shown = await client.get(`${PATH}/${letter?.id ?? ''}`);
    expect(shown.json).toEqual({ ...letter, attempts: [expect.objectContaining({ run: 1, outcome: 'failed' })] });
  });

  it.each([
    ['JSON', '{"token":"hunter2"}', { encoding: 'json', masked: true }, { token: '***' }],
    ['no JSON', 'token=', { encoding: 'utf8', size: 6 }, 'token='],
    ['nothing', '', { encoding: 'utf8', size: 0 }, ''],
    ['no text', '\0\ufffe', { encoding: 'base64' }, Buffer.from('\0\ufffe').toString('base64')],
  ])('show messages that are no job’s: %s', async (_, body, message, payload) => {
    await arrive(body, refusal());
    expect(await list('?queue=demo&task=demo.paint')).toMatchObject([
      {
        ...{ jobId: null, reason: 'unreadable', payload },
        error: { code: 'invalid_job', message: 'payload is wrong', attempt: 0, at: '2026-01-01T00:00:00.000Z' },
        message: { ...message, key: 'demo.paint', source: 'leveret.ingress', messageId: 'order 7', priority: 8 },
      },
    ]);
  });

  it('show the beginning of a message that is too large to be kept, cut between characters', async () => {
    await arrive(`"${'ü'.repeat(100_000)}"`, {});
    const [letter] = await list();
    expect(letter?.message).toMatchObject({ clipped: true, size: 200_002, encoding: 'utf8' });
    expect(letter?.payload).toMatch(/^"ü{30000,32767}$/);
  });

  it('show what nobody has given a reason, once, whatever its headers hold', async () => {
    const headers = { odd: [Buffer.from([0, 255]), { deep: 'a\0b' }], 'x-tenant': 'acme', 'x-death': 'x' };
    await arrive('?', headers);
    const looked = { ...headers, 'x-delivery-count': 7 }; // a broker that counts looks sorts the headers
    await arrive('?', Object.fromEntries(Object.entries(looked).sort()));
    expect(await list()).toMatchObject([{ error: { code: 'unknown_message' }, reason: 'unknown', tenant: 'default' }]);
  });

  it('are listed newest first by what is asked for, page by page', async () => {
    const ids = [await dead(), await dead({ code: 'other' }), await dead()];
    await arrive('?');
    expect(await list('?errorCode=other')).toMatchObject([{ jobId: ids[1] }]);
    expect(await list(`?jobId=${ids[0] ?? ''}&tenant=default`)).toMatchObject([{ jobId: ids[0] }]);
    expect(await list('?tenant=acme')).toEqual([]);
    const first = (await client.get<List<ShownDeadLetter>>(`${PATH}?limit=3`)).json;
    const second = (await client.get<List<ShownDeadLetter>>(`${PATH}?limit=3&cursor=${first.nextCursor ?? ''}`)).json;
    expect([first.data.length, second.data.length, second.nextCursor]).toEqual([3, 1, null]);
    expect(new Set([...first.data, ...second.data].map(({ id }) => id)).size).toBe(4);
    const times = [...first.data, ...second.data].map(({ deadAt }) => deadAt);
    expect(times).toEqual([...times].sort().reverse());
  });

  it('are counted by queue, task and code', async () => {
    await Promise.all([dead(), dead(), dead({ code: 'other' })]);
    const { json } = await client.get<List<object>>(`${PATH}/groups?queue=demo`);
    expect(json.data).toMatchObject([
      { queue: 'demo', task: 'demo.echo', errorCode: 'bad', count: 2 },
      { queue: 'demo', task: 'demo.echo', errorCode: 'other', count: 1 },
    ]);
  });

  it.each(['colour=red', 'limit=0', 'cursor=forged', 'jobId=7'])('are not listed by %s', async (query) => {
    expect((await client.get(`${PATH}?${query}`)).status).toBe(422);
  });

  it('are shown to admins only', async () => {
    const key = { name: 'reader', tenant: 'default', scopes: ['jobs:read', 'jobs:write'] };
    const { secret } = (await client.post<{ secret: string }>('/v1/api-keys', key)).json;
    expect((await client.get(PATH, { key: secret })).status).toBe(403);
    expect((await client.post(`${PATH}/redrive`, { queue: 'demo' }, { key: secret })).status).toBe(403);
  });

  it('are redriven by their jobs: queued again, with attempts that go on counting', async () => {
    const jobId = await dead();
    const missing = NOBODY;
    const { status, json } = await client.post<RedrivenNow>(`${PATH}/redrive`, { jobIds: [jobId, missing] });
    expect([status, json]).toEqual([
      202,
      { redriven: 1, refused: [{ jobId: missing, detail: 'The job has no dead letter.' }] },
    ]);
    expect((await client.get<Job>(`/v1/jobs/${jobId}`)).json).toMatchObject({ status: 'queued', attempt: 1 });
    expect(await list()).toEqual([]);
    await fail(reports, { id: jobId, queue: 'demo', run: 2 });
    expect(await list()).toMatchObject([{ jobId, error: { attempt: 2 } }]);
  });

  it('are not redriven when none of those that are named can be', async () => {
    expect(await client.post(`${PATH}/redrive`, { jobIds: [NOBODY] })).toMatchObject({
      status: 409,
      json: { code: 'nothing_redriven' },
    });
  });

  it('are published again when they are messages that the ingress had refused', async () => {
    await arrive('{"size":3}', refusal({ 'x-sent-version': 99 }));
    const [letter] = await list();
    const { json } = await client.post<RedrivenNow>(`${PATH}/redrive`, { ids: [letter?.id] });
    expect(json).toEqual({ redriven: 1, refused: [] });
    expect(edge.published.at(-1)).toMatchObject({
      ...{ exchange: 'leveret.jobs', routingKey: 'demo.paint', body: Buffer.from('{"size":3}') },
      properties: { messageId: 'order 7', priority: 8, headers: { 'x-metadata': '{"mark":1}', 'x-version': 99 } },
    });
    expect(Object.keys(edge.published.at(-1)?.properties.headers ?? {}).sort()).toEqual(['x-metadata', 'x-version']);
    expect(await list()).toEqual([]);
  });

  it.each([
    ['came another way', '{}', { 'x-source': 'leveret.demo.classic-1' }, /did not/],
    ['belongs to a tenant', '{}', { 'x-tenant': 'acme' }, /acme/],
    ['had secrets', '{"token":"hunter2"}', {}, /Secret/],
    ['was masked at the ingress', '{"token":"***"}', { 'x-masked': true, 'x-key': 'demo.echo' }, /Secret/],
    ['was large', `"${'x'.repeat(70_000)}"`, {}, /large/],
    ['had large headers', '{}', { 'x-headers-left-out': 20_000 }, /headers/],
  ])('are not published again when the message %s', async (_, body, headers, reason) => {
    await arrive(body, refusal(headers));
    const before = edge.published.length;
    const [letter] = await list();
    const answer = await client.post(`${PATH}/redrive`, { ids: [letter?.id] });
    expect([answer.status, answer.json.detail]).toEqual([409, expect.stringMatching(reason)]);
    expect([(await list()).length, edge.published.length]).toEqual([1, before]);
  });

  it('are redriven in the background when all of a code are meant', async () => {
    await Promise.all([dead(), dead(), dead({ code: 'other' })]);
    const answer = await client.post<ShownRedrive>(`${PATH}/redrive`, { queue: 'demo', errorCode: 'bad' });
    expect([answer.status, answer.json]).toMatchObject([
      202,
      { state: 'canary', canary: 3, rate: 10, total: 2, redriven: 0, selection: { queue: 'demo', errorCode: 'bad' } },
    ]);
    const path = answer.headers.get('location') ?? '';
    expect((await client.get(path)).json).toEqual(answer.json);
    expect((await client.post(`${path}/stop`, {})).json).toMatchObject({
      state: 'stopped',
      stopReason: 'Stopped by hand.',
    });
    expect(await client.post(`${path}/stop`, {})).toMatchObject({ status: 409, json: { code: 'redrive_ended' } });
    expect((await client.get<List<ShownRedrive>>(`${PATH}/redrives`)).json.data).toMatchObject([{ state: 'stopped' }]);
  });

  it.each([
    [{}, ['queue']],
    [{ jobIds: [] }, ['jobIds']],
    [{ jobIds: ['7'] }, ['jobIds.0']],
    [{ jobIds: [NOBODY], queue: 'demo' }, ['jobIds']],
    [{ ids: [NOBODY], canary: 1 }, ['canary']],
    [{ queue: 'demo', rate: 0 }, ['rate']],
    [{ queue: 'demo', canary: 1_001 }, ['canary']],
    [{ queue: 'demo', colour: 'red' }, ['colour']],
  ])('are not redriven by %j', async (body, paths) => {
    const answer = await client.post(`${PATH}/redrive`, body);
    expect([answer.status, [...new Set(pathsOf(answer))]]).toEqual([422, paths]);
  });

  it('are purged by query or by body, and their jobs stay failed', async () => {
    const [one, two] = [await dead(), await dead()];
    await dead({ code: 'other' });
    const named = await client.call<object>('DELETE', PATH, { jobIds: [one] });
    expect([named.status, named.json]).toEqual([200, { purged: 1, complete: true }]);
    const described = await client.call<object>('DELETE', `${PATH}?queue=demo&errorCode=bad`, undefined);
    expect(described.json).toEqual({ purged: 1, complete: true });
    expect(await list()).toMatchObject([{ error: { code: 'other' } }]);
    for (const id of [one, two]) {
      expect((await client.get<Job>(`/v1/jobs/${id}`)).json).toMatchObject({ status: 'failed' });
    }
    expect((await client.call('DELETE', PATH, undefined)).status).toBe(422);
    expect((await client.call('DELETE', `${PATH}?queue=demo`, { task: 'demo.echo' })).status).toBe(422);
    expect((await client.call('DELETE', PATH, {})).status).toBe(422);
    expect((await list()).length).toBe(1);
  });
});
