import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Job } from '#libs/contracts';
import { Client, pathsOf } from '../testing/client.js';
import { type FlowBench, startFlowBench } from '../testing/flow-bench.js';

const FILE = {
  key: 'default/01970000-0000-7000-8000-000000000001/1-rows',
  ...{ filename: 'rows.csv', contentType: 'text/csv', size: 3, sha256: 'a'.repeat(64) },
};
const NOTIFY = { email: 'ada@example.org' };

describe('a mail about the end of a job', () => {
  let bench: FlowBench;
  let client: Client;

  beforeAll(async () => {
    bench = await startFlowBench();
    client = new Client(bench.edge.url);
    await bench.edge.announce([{}]);
  }, 60_000);
  afterAll(() => bench.stop());

  const enqueue = (request: object) => client.post<Job>('/v1/jobs', { task: 'demo.echo', ...request });
  const childrenOf = async (parent: string): Promise<Job[]> => {
    const sql = 'SELECT id FROM jobs WHERE parent_id = $1 AND task = $2';
    const rows = await bench.edge.database.query<{ id: string }>(sql, [parent, 'email.send']);
    return Promise.all(rows.map(async ({ id }) => (await client.get<Job>(`/v1/jobs/${id}`)).json));
  };

  it('is refused where no app sends mails', async () => {
    const answer = await client.post('/v1/jobs', { task: 'demo.echo', notify: NOTIFY });
    expect([answer.status, pathsOf(answer)]).toEqual([422, ['notify']]);
  });

  describe('with an app that sends mails', () => {
    let job: Job;

    beforeAll(async () => {
      const properties = { to: {}, template: {}, data: {} };
      const schema = { type: 'object', required: ['to'], properties, additionalProperties: false };
      await bench.edge.announce([{}, { name: 'email.send', schema, hash: 'send-1' }]);
    });
    beforeEach(async () => {
      job = (await enqueue({ notify: NOTIFY })).json;
      expect(job.status).toBe('queued');
    });

    it.each([[{ email: 'ada@x.org, eve@x.org' }], [{ email: 'Ada <ada@x.org>' }], [{}], ['ada@x.org']])(
      'goes to one mailbox and not to %j',
      async (notify) => {
        const { status } = await enqueue({ notify });
        expect(status).toBe(422);
      },
    );

    it('has links to the files of the result, made when the job has ended', async () => {
      await bench.end(job.id, { kind: 'done', result: { file: FILE, more: [{ file: FILE }], rows: 7 } });
      await bench.follow();
      const [mail, ...others] = await childrenOf(job.id);
      expect(others).toEqual([]);
      expect(mail).toMatchObject({
        ...{ task: 'email.send', tenant: 'default', metadata: { notifiesOf: job.id } },
        payload: {
          ...{ to: 'ada@example.org', template: 'export-ready' },
          data: {
            title: 'The result of demo.echo',
            files: Array(2).fill({ filename: 'rows.csv', url: expect.any(String) }),
          },
        },
      });
      const { data } = mail?.payload as { data: { files: { url: string }[] } };
      const link = new URL(data.files[0]?.url ?? '');
      expect(link.pathname).toBe(`/v1/files/${FILE.key}`);
      const days = (Number(link.searchParams.get('expires')) * 1_000 - Date.now()) / 86_400_000;
      expect(Math.round(days)).toBe(7);
    });

    it('has no link to a file of another tenant, whatever a result says', async () => {
      await bench.end(job.id, {
        kind: 'done',
        result: { file: { ...FILE, key: FILE.key.replace('default', 'other') } },
      });
      await bench.follow();
      expect((await childrenOf(job.id))[0]?.payload).toMatchObject({
        template: 'job-ended',
        data: { status: 'completed' },
      });
    });

    it('says that a job has failed, and why', async () => {
      await bench.end(job.id, { kind: 'reject', failure: { code: 'bad', message: 'The disk is full.' } });
      await bench.follow();
      expect((await childrenOf(job.id))[0]?.payload).toEqual({
        ...{ to: 'ada@example.org', template: 'job-ended' },
        data: { task: 'demo.echo', status: 'failed', id: job.id, message: 'The disk is full.' },
      });
    });

    it('says that a job was cancelled, once', async () => {
      await client.post(`/v1/jobs/${job.id}/cancel`, undefined);
      await bench.follow();
      await bench.follow();
      expect((await childrenOf(job.id)).map(({ payload }) => payload)).toMatchObject([
        { data: { status: 'cancelled' } },
      ]);
    });

    it('goes along with what follows besides', async () => {
      const then = [{ task: 'demo.echo', payload: { again: true }, notify: { email: 'eve@example.org' } }];
      const { json: parent } = await enqueue({ notify: NOTIFY, then });
      await bench.end(parent.id, { kind: 'done', result: null });
      await bench.follow();
      expect(await childrenOf(parent.id)).toMatchObject([{ payload: { to: 'ada@example.org' } }]);
      const [follower] = await bench.edge.database.query<{ id: string }>(
        'SELECT id FROM jobs WHERE parent_id = $1 AND task = $2',
        [parent.id, 'demo.echo'],
      );
      await bench.end(follower?.id ?? '', { kind: 'done', result: null });
      await bench.follow();
      expect(await childrenOf(follower?.id ?? '')).toMatchObject([{ payload: { to: 'eve@example.org' } }]);
    });
  });
});
