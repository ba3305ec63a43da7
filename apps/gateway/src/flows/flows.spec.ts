import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { uuidv7 } from 'uuidv7';
import { type Job, type JobStatus, type Outcome } from '#libs/contracts';
import { type ShownBatch } from '../batches/batch-view.js';
import { type Page } from '../http/page.js';
import { type ProblemDetails } from '../http/problem.js';
import { type Answer, Client, pathsOf } from '../testing/client.js';
import { type FlowBench, startFlowBench } from '../testing/flow-bench.js';
import { type Flow, type FlowNode } from './flow-tree.js';

const NUMBER = {
  name: 'demo.number',
  schema: {
    type: 'object',
    properties: { n: { type: 'integer' }, file: { type: 'object' }, secret: { type: 'string', writeOnly: true } },
  },
  hash: 'number-1',
};
const FILE = { key: 'default/a/1-f', filename: 'f', contentType: 'text/plain', size: 1, sha256: 'a'.repeat(64) };

describe('flows', () => {
  let bench: FlowBench;
  let client: Client;

  beforeAll(async () => {
    bench = await startFlowBench();
    client = new Client(bench.edge.url);
    await bench.edge.announce([{}, NUMBER]);
  }, 60_000);

  afterAll(() => bench.stop());

  const enqueue = (request: object): Promise<Answer<Job>> =>
    client.post<Job>('/v1/jobs', { task: 'demo.number', ...request });
  const entered = async (request: object): Promise<Job> => {
    const { status, json } = await enqueue(request);
    expect(status).toBe(202);
    return json;
  };
  const done = (result: unknown): Outcome => ({ kind: 'done', result });
  const REJECT: Outcome = { kind: 'reject', failure: { code: 'bad', message: 'Bad.' } };
  const end = async ({ id }: { id: string }, outcome: Outcome): Promise<void> => {
    await bench.end(id, outcome);
    await bench.follow();
  };
  const childrenOf = async ({ id }: { id: string }): Promise<Job[]> => {
    const rows = await bench.edge.database.query<{ id: string }>(
      'SELECT id FROM jobs WHERE parent_id = $1 OR follows_batch = $1 ORDER BY created_at, id',
      [id],
    );
    return Promise.all(rows.map(async (row) => (await client.get<Job>(`/v1/jobs/${row.id}`)).json));
  };
  const flowOf = async (id: string): Promise<Flow> => (await client.get<Flow>(`/v1/jobs/${id}/flow`)).json;

  describe('that chain results', () => {
    it('enqueue the next job when one has completed, with values of their type and files of the result', async () => {
      const parent = await entered({
        metadata: { user: 'u1' },
        then: [
          {
            task: 'number',
            payload: {
              n: '{{result.rows.0}}',
              file: '{{result.file}}',
              text: '{{job.metadata.user}}: {{result.rows}}',
            },
            metadata: { step: 2 },
            priority: 'high',
            then: [{ task: 'demo.echo', payload: { again: '{{result}}', of: '{{job.id}}' } }],
          },
        ],
      });
      await end(parent, done({ rows: [7, 8], file: FILE }));
      const [child, ...others] = await childrenOf(parent);
      expect([others, child]).toEqual([
        [],
        expect.objectContaining({
          ...{ task: 'demo.number', status: 'queued', parentId: parent.id, tenant: 'default', priority: 6 },
          ...{ payload: { n: 7, file: FILE, text: 'u1: [7,8]' }, metadata: { step: 2 }, scheduledFor: null },
        }),
      ]);
      await end(child as Job, done('end'));
      expect(await childrenOf(child as Job)).toMatchObject([
        { task: 'demo.echo', payload: { again: 'end', of: child?.id }, parentId: child?.id },
      ]);
    });

    it('come by the end that they are for, and once, however often a job fails and is retried', async () => {
      const request = {
        then: (['completed', 'failed', 'cancelled', 'final'] as const).map((on) => ({
          task: 'demo.echo',
          on,
          payload: { on, at: '{{job.status}}' },
        })),
      };
      const parent = await entered(request);
      const came = async (): Promise<unknown[]> =>
        (await childrenOf(parent))
          .map(({ payload }) => payload)
          .sort((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b)));
      await end(parent, REJECT);
      expect(await came()).toEqual([
        { on: 'failed', at: 'failed' },
        { on: 'final', at: 'failed' },
      ]);
      await client.post(`/v1/jobs/${parent.id}/retry`, undefined);
      await end(parent, REJECT);
      expect((await came()).length).toBe(2);
      await client.post(`/v1/jobs/${parent.id}/retry`, undefined);
      await end(parent, done(null));
      await end(parent, done(null));
      expect(await came()).toEqual([
        { on: 'completed', at: 'completed' },
        { on: 'failed', at: 'failed' },
        { on: 'final', at: 'failed' },
      ]);
      const cancelled = await entered(request);
      await client.post(`/v1/jobs/${cancelled.id}/cancel`, undefined);
      await bench.follow();
      expect((await childrenOf(cancelled)).map(({ payload }) => payload)).toEqual(
        expect.arrayContaining([
          { on: 'cancelled', at: 'cancelled' },
          { on: 'final', at: 'cancelled' },
        ]),
      );
    });

    it.each<[string, unknown, string, string]>([
      [
        'its placeholder names nothing',
        { n: '{{result.none}}' },
        'invalid_payload',
        'payload.n has {{result.none}}, which names nothing',
      ],
      [
        'its schema refuses what is filled in',
        { n: '{{result.text}}' },
        'invalid_payload',
        'payload.n must be an integer, not a string',
      ],
      [
        'a file is not of its tenant',
        { file: { key: '{{result.key}}' } },
        'invalid_payload',
        'payload.file.key is the key of no file',
      ],
    ])('show a job that cannot be made as failed, with a dead letter: %s', async (_why, payload, code, message) => {
      const parent = await entered({
        then: [
          {
            task: 'demo.number',
            payload,
            then: [{ task: 'demo.echo', on: 'failed', payload: { code: '{{error.code}}' } }],
          },
        ],
      });
      await end(parent, done({ text: 'a', key: 'other/01970000-0000-7000-8000-000000000000' }));
      const [child] = await childrenOf(parent);
      expect(child).toMatchObject({ status: 'failed', attempt: 0, error: { code, message, permanent: true } });
      const letters = await client.get<Page<{ jobId: string }>>('/v1/dead-letters?limit=200');
      expect(letters.json.data.filter(({ jobId }) => jobId === child?.id)).toHaveLength(1);
      expect(await childrenOf(child as Job)).toMatchObject([{ payload: { code } }]);
    });

    it('show the payload of a job that was not filled in as null, so that a retry does not run with it', async () => {
      const parent = await entered({ then: [{ task: 'demo.number', payload: { text: '{{result.none}}' } }] });
      await end(parent, done({}));
      expect(await childrenOf(parent)).toMatchObject([{ payload: null }]);
    });

    it('mask secret fields of the job that they name', async () => {
      const parent = await entered({
        payload: { secret: 's3cret', n: 1 },
        then: [{ task: 'demo.echo', payload: '{{job}}' }],
      });
      await end(parent, done(1));
      expect(await childrenOf(parent)).toMatchObject([
        { payload: { id: parent.id, payload: { secret: '***', n: 1 }, result: 1 } },
      ]);
    });

    it('delay a job from when it is enqueued', async () => {
      const parent = await entered({ then: [{ task: 'demo.echo', delay: '1h' }] });
      await end(parent, done(null));
      const [child] = await childrenOf(parent);
      expect(child?.status).toBe('scheduled');
      expect(Date.parse(child?.scheduledFor ?? '') - Date.now()).toBeGreaterThan(3_500_000);
    });

    it('go with the job when it is deleted', async () => {
      const parent = await entered({ then: [{ task: 'demo.echo', on: 'completed' }] });
      await end(parent, REJECT);
      expect((await client.call('DELETE', `/v1/jobs/${parent.id}`, undefined)).status).toBe(204);
      expect(await bench.edge.database.query('SELECT 1 FROM follow_ups WHERE job_id = $1', [parent.id])).toEqual([]);
    });
  });

  describe('are checked when they are taken', () => {
    const nested = (depth: number): object => ({
      task: 'demo.echo',
      ...(depth > 1 ? { then: [nested(depth - 1)] } : {}),
    });

    it.each<[string, unknown, string[]]>([
      ['an unknown task', [{ task: 'demo.none' }], ['then.0.task']],
      ['an unknown field', [{ task: 'demo.echo', colour: 1 }], ['then.0.colour']],
      ['an option out of bounds', [{ task: 'demo.echo', timeout: '9h' }], ['then.0.timeout']],
      ['a broken placeholder', [{ task: 'demo.echo', payload: { a: ['{{result'] } }], ['then.0.payload.a.0']],
      ['another root', [{ task: 'demo.echo', payload: '{{data.x}}' }], ['then.0.payload']],
      ['the batch of one that waits for none', [{ task: 'demo.echo', payload: '{{batch.id}}' }], ['then.0.payload']],
      [
        'a payload without placeholders that its schema refuses',
        [{ task: 'demo.number', payload: { n: 'x' } }],
        ['then.0.payload.n'],
      ],
      [
        'what is wrong deeper',
        [{ task: 'demo.echo', then: [{ task: 'demo.echo' }, { task: 'x' }] }],
        ['then.0.then.1.task'],
      ],
      ['a unique key', [{ task: 'demo.echo', uniqueKey: 'k' }], ['then.0.uniqueKey']],
      ['another end', [{ task: 'demo.echo', on: 'success' }], ['then.0.on']],
      ['an end that never comes', [{ task: 'demo.echo', on: 'cancelled', after: 'spawned' }], ['then.0.on']],
      ['a callback to no URL', [{ task: 'demo.echo', callbackUrl: 'ftp://a.test' }], ['then.0.callbackUrl']],
      ['no job', [1], ['then.0']],
      ['nothing', [], ['then']],
      [
        'too many',
        Array.from({ length: 10 }, () => ({ task: 'demo.echo', then: Array.from({ length: 10 }, () => nested(1)) })),
        ['then'],
      ],
      ['too deep', [nested(9)], ['then']],
    ])('and refused with 422 by path: %s', async (_what, then, paths) => {
      const answer = await client.post('/v1/jobs', { task: 'demo.echo', then });
      expect([answer.status, pathsOf(answer)]).toEqual([422, paths]);
    });

    it('and taken up to the bounds', async () => {
      expect((await enqueue({ then: [nested(8)] })).status).toBe(202);
      const ninetyNine = Array.from({ length: 9 }, () => ({
        task: 'demo.echo',
        then: Array.from({ length: 10 }, () => nested(1)),
      }));
      expect((await enqueue({ then: ninetyNine })).status).toBe(202);
    });

    it('and no follow-up is left of a batch that is refused', async () => {
      const count = 'SELECT count(*)::int AS n FROM follow_ups';
      const before = await bench.edge.database.query(count);
      const answer = await client.post('/v1/jobs/batch', {
        jobs: [{ task: 'demo.echo', then: [{ task: 'demo.echo' }] }, { task: 'no' }],
        then: [
          { task: 'demo.echo', on: 'cancelled' },
          { task: 'demo.echo', payload: '{{result}}' },
        ],
      });
      expect([answer.status, pathsOf(answer).sort()]).toEqual([422, ['jobs.1.task', 'then.0.on', 'then.1.payload']]);
      expect(await bench.edge.database.query(count)).toEqual(before);
    });
  });

  describe('of batches', () => {
    const batch = async (
      jobs: number,
      then: readonly object[],
    ): Promise<{ id: string; jobs: readonly { id: string }[] }> => {
      const requests = Array.from({ length: jobs }, () => ({ task: 'demo.echo' }));
      const { status, json } = await client.post<{ batchId: string; jobs: { id: string }[] }>('/v1/jobs/batch', {
        jobs: requests,
        then,
      });
      expect(status).toBe(202);
      return { id: json.batchId, jobs: json.jobs };
    };
    const shown = async (id: string): Promise<ShownBatch> => (await client.get<ShownBatch>(`/v1/batches/${id}`)).json;

    it('go on once, when the last job has ended, and say what came of all; a retry fires nothing', async () => {
      const { id, jobs } = await batch(3, [
        {
          task: 'demo.echo',
          payload: { id: '{{batch.id}}', ok: '{{batch.counts.completed}}', all: '{{batch.total}}' },
        },
        { task: 'demo.echo', on: 'completed' },
        { task: 'demo.echo', on: 'failed', payload: { failed: '{{batch.counts.failed}} failed' } },
      ]);
      const [a, b, c] = jobs as [{ id: string }, { id: string }, { id: string }];
      await end(a, done(1));
      await end(b, REJECT);
      expect([await childrenOf({ id }), (await shown(id)).completedAt]).toEqual([[], null]);
      await end(c, done(1));
      const payloads = [{ id, ok: 2, all: 3 }, { failed: '1 failed' }];
      const after = await childrenOf({ id });
      expect(after.map(({ payload }) => payload)).toEqual(expect.arrayContaining(payloads));
      expect([after.length, after[0]?.parentId]).toEqual([2, null]);
      const { completedAt, percent } = await shown(id);
      expect([typeof completedAt, percent]).toEqual(['string', 100]);
      await client.post(`/v1/batches/${id}/retry`, undefined);
      expect((await shown(id)).percent).toBe(66);
      await end(b, done(1));
      expect(await shown(id)).toMatchObject({ completedAt, percent: 100, counts: { completed: 3 } });
      expect((await childrenOf({ id })).length).toBe(2);
    });

    it('go on when its last jobs are cancelled', async () => {
      const { id } = await batch(2, [{ task: 'demo.echo', payload: '{{batch.counts.cancelled}}' }]);
      await client.post(`/v1/batches/${id}/cancel`, undefined);
      await bench.follow();
      expect(await childrenOf({ id })).toMatchObject([{ payload: 2 }]);
    });

    it('go on at once when others hold the unique keys of all its jobs', async () => {
      await client.post('/v1/jobs', { task: 'demo.echo', uniqueKey: 'held' });
      const { json } = await client.post<{ batchId: string }>('/v1/jobs/batch', {
        jobs: [{ task: 'demo.echo', uniqueKey: 'held' }],
        then: [{ task: 'demo.echo', payload: '{{batch.total}}' }],
      });
      await bench.follow();
      expect(await childrenOf({ id: json.batchId })).toMatchObject([{ payload: 0 }]);
    });

    it('are another request for one Idempotency-Key with another then', async () => {
      const headers = { 'idempotency-key': 'then-1' };
      const post = (then: unknown): Promise<Answer<ProblemDetails>> =>
        client.post('/v1/jobs/batch', { jobs: [{ task: 'demo.echo' }], then }, { headers });
      const answers = [
        await post([{ task: 'demo.echo' }]),
        await post([{ task: 'demo.echo' }]),
        await post([{ task: 'demo.number' }]),
      ];
      expect(answers.map(({ status }) => status)).toEqual([202, 200, 422]);
    });
  });

  describe('of jobs that a job has spawned', () => {
    const ids = (count: number): string[] => Array.from({ length: count }, () => uuidv7());
    const then = [
      {
        task: 'demo.echo',
        after: 'spawned',
        payload: { sum: '{{batch.counts.completed}}/{{batch.total}}', of: '{{result}}' },
      },
    ];
    const followersOf = async ({ id }: { id: string }): Promise<unknown[]> => {
      const rows = await bench.edge.database.query<{ payload: unknown }>(
        'SELECT payload FROM jobs WHERE follows_batch = $1',
        [id],
      );
      return rows.map(({ payload }) => payload);
    };
    const shown = async (id: string): Promise<ShownBatch> => (await client.get<ShownBatch>(`/v1/batches/${id}`)).json;

    it('go on when the job and all that it has spawned have ended', async () => {
      const parent = await entered({ then });
      const [a = '', b = ''] = ids(2);
      await bench.spawn(parent.id, [a, b]);
      await end({ id: a }, done(1));
      await end({ id: b }, REJECT);
      expect([await followersOf(parent), (await shown(parent.id)).completedAt]).toEqual([[], null]);
      await bench.end(parent.id, done('sum'), 2);
      await bench.follow();
      expect(await followersOf(parent)).toEqual([{ sum: '1/2', of: 'sum' }]);
      expect(await shown(parent.id)).toMatchObject({
        total: 2,
        percent: 100,
        counts: { completed: 1, failed: 1 },
        completedAt: expect.any(String),
      });
    });

    it('wait for those that come in after the end of the job, and not for those that are refused', async () => {
      const parent = await entered({ then });
      const [a = '', b = '', refused = ''] = ids(3);
      await bench.spawn(parent.id, [a]);
      await end({ id: a }, done(1));
      await bench.end(parent.id, done(null), 3);
      await bench.follow();
      expect([await followersOf(parent), await shown(parent.id)]).toEqual([
        [],
        expect.objectContaining({ total: 3, percent: 33, completedAt: null }),
      ]);
      await bench.spawn(parent.id, [b, a]);
      await end({ id: b }, done(1));
      expect(await followersOf(parent)).toEqual([]);
      await bench.refuse(parent.id, refused);
      await bench.refuse(parent.id, refused);
      await bench.follow();
      expect(await followersOf(parent)).toEqual([{ sum: '2/2', of: null }]);
    });

    it('are not whole when one was refused, whatever became of the others', async () => {
      const parent = await entered({
        then: ['completed', 'failed'].map((on) => ({ task: 'demo.echo', after: 'spawned', on, payload: { on } })),
      });
      const [a = '', refused = ''] = ids(2);
      await bench.spawn(parent.id, [a]);
      await end({ id: a }, done(1));
      await bench.end(parent.id, done(null), 2);
      await bench.refuse(parent.id, refused);
      await bench.follow();
      expect(await followersOf(parent)).toEqual([{ on: 'failed' }]);
    });

    it('do not wait for those that a broker has lost before they came in, and are not whole', async () => {
      const parent = await entered({ then: [{ ...then[0], on: 'failed' }] });
      const running = await entered({ then });
      const [a = ''] = ids(1);
      await bench.spawn(parent.id, [a]);
      await end({ id: a }, done(1));
      await bench.end(parent.id, done(null), 3);
      await bench.spawn(running.id, ids(1));
      expect(await bench.wipe()).toBe(2);
      expect(await bench.wipe()).toBe(0);
      await bench.follow();
      expect(await shown(parent.id)).toMatchObject({ completedAt: expect.any(String) });
      expect(await followersOf(parent)).toHaveLength(1);
      expect(await shown(running.id)).toMatchObject({ completedAt: null });
    });

    it('go on when the job has spawned none', async () => {
      const parent = await entered({ then });
      await end(parent, done(1));
      expect(await followersOf(parent)).toEqual([{ sum: '0/0', of: 1 }]);
    });

    it('are closed when nothing is to follow, and shown in the tree from any of them', async () => {
      const parent = await entered({});
      const spawned = ids(3);
      await bench.spawn(parent.id, spawned);
      await Promise.all(spawned.map((id) => bench.end(id, done(1))));
      await bench.end(parent.id, done(1), 3);
      await bench.follow();
      const flow = await flowOf(spawned[2] ?? '');
      expect(flow.root).toMatchObject({
        id: parent.id,
        by: null,
        spawned: { total: 3, percent: 100, completedAt: expect.any(String) },
      });
      expect(new Set(flow.root.children.map(({ id, by }) => `${id ?? ''} ${by ?? ''}`))).toEqual(
        new Set(spawned.map((id) => `${id} spawn`)),
      );
      expect(await flowOf(parent.id)).toEqual(flow);
      expect((await client.get<Job>(`/v1/jobs/${spawned[0] ?? ''}`)).json).toMatchObject({
        batchId: parent.id,
        parentId: parent.id,
      });
    });
  });

  describe('are shown as a tree', () => {
    const statuses = ({ status, children }: FlowNode): unknown[] => [status, ...children.map(statuses)];

    it('that is the same from any member, with those still to come', async () => {
      const leaf = { task: 'demo.echo' };
      const parent = await entered({
        then: [
          { task: 'demo.echo', then: [leaf, { ...leaf, then: [leaf] }] },
          { ...leaf, on: 'failed' },
        ],
      });
      const before = await flowOf(parent.id);
      expect(statuses(before.root as FlowNode)).toEqual([
        'queued',
        ['waiting', ['waiting'], ['waiting', ['waiting']]],
        ['waiting'],
      ]);
      await end(parent, done(1));
      const [child] = await childrenOf(parent);
      await end(child as Job, done(1));
      const [first, second] = await childrenOf(child as Job);
      const tree = await flowOf(parent.id);
      expect(tree).toMatchObject({
        truncated: false,
        root: { kind: 'job', id: parent.id, by: null, task: 'demo.number' },
      });
      expect(statuses(tree.root as FlowNode)).toEqual([
        'completed',
        ['completed', ['queued'], ['queued', ['waiting']]],
        ['skipped'],
      ]);
      const ids = (before.root as FlowNode).children[0]?.id;
      expect((tree.root as FlowNode).children[0]).toMatchObject({ id: ids, by: 'then', on: null });
      for (const { id } of [child as Job, first as Job, second as Job]) expect(await flowOf(id)).toEqual(tree);
    });

    it('keeps what may still follow from a job that failed', async () => {
      const parent = await entered({ then: [{ task: 'demo.echo' }] });
      await end(parent, REJECT);
      expect(await flowOf(parent.id)).toMatchObject({
        root: { status: 'failed', errorCode: 'bad', children: [{ status: 'waiting', on: 'completed' }] },
      });
    });

    it('that begins with the batch, and is bounded', async () => {
      const { json } = await client.post<{ batchId: string; jobs: { id: string }[] }>('/v1/jobs/batch', {
        jobs: Array.from({ length: 150 }, () => ({ task: 'demo.echo', then: [{ task: 'demo.echo' }] })),
        then: [{ task: 'demo.number' }],
      });
      const flow = await flowOf(json.jobs[149]?.id ?? '');
      expect(flow).toMatchObject({
        truncated: true,
        root: { kind: 'batch', id: json.batchId, total: 150, counts: { queued: 150 } },
      });
      expect(flow.root.children.length).toBe(100);
      expect(flow.root.children.slice(0, 2)).toMatchObject([
        { by: 'then', status: 'waiting' },
        { by: 'batch', children: [{ status: 'waiting' }] },
      ]);
    });

    it('is not there for another tenant', async () => {
      const scopes = ['jobs:read'];
      const { json } = await client.post<{ secret: string }>('/v1/api-keys', { name: 'o', tenant: 'other', scopes });
      const { id } = await entered({});
      expect((await client.get(`/v1/jobs/${id}/flow`, { key: json.secret })).status).toBe(404);
      expect((await client.get('/v1/jobs/no-id/flow')).status).toBe(404);
    });
  });

  it('wait while the outbox is full, and are scheduled for at once', async () => {
    const parent = await entered({ then: [{ task: 'demo.echo' }] });
    await bench.end(parent.id, done(1));
    await bench.follow({ full: true });
    expect((await childrenOf(parent)).map(({ status }): JobStatus => status)).toEqual(['scheduled']);
  });
});
