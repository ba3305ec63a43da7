import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { type Job } from '#libs/contracts';
import { eventually } from '../support/eventually.js';
import { SuiteJobs } from '../support/suite-jobs.js';
import { SuiteMessages } from '../support/suite-messages.js';
import { startSuite, type TestSuite } from '../support/test-suite.js';
import { Witness } from '../support/witness.js';

jest.setTimeout(60_000);

interface Batch {
  readonly total: number;
  readonly percent: number;
  readonly completedAt: string | null;
  readonly counts: Readonly<Record<string, number>>;
}

interface FlowNode {
  readonly id: string;
  readonly task: string;
  readonly status: string;
  readonly by: string | null;
  readonly children: readonly FlowNode[];
}

const SUMMARY = {
  task: 'lab.noop',
  after: 'spawned',
  payload: { ballast: '{{batch.counts.completed}}/{{batch.total}}' },
};

describe('flows', () => {
  let suite: TestSuite;
  let jobs: SuiteJobs;
  let messages: SuiteMessages;

  beforeAll(async () => {
    suite = await startSuite({ apps: ['lab'] });
    await suite.startApp('gateway', 'gateway-2');
    jobs = new SuiteJobs(suite);
    messages = await SuiteMessages.open(suite);
  });

  afterAll(async () => {
    await messages.close();
    await suite.stop();
  });

  const flowOf = async (id: string): Promise<FlowNode> =>
    (await jobs.ask<{ root: FlowNode }>('GET', `/v1/jobs/${id}/flow`)).body.root;
  const nodesOf = (node: FlowNode): FlowNode[] => [node, ...node.children.flatMap(nodesOf)];
  const follower = async (id: string): Promise<Job> => {
    const found = async (): Promise<FlowNode | undefined> =>
      nodesOf(await flowOf(id))
        .find((node) => node.id === id)
        ?.children.find(({ by, status }) => by === 'then' && status !== 'waiting');
    return jobs.completed((await eventually(`a job that follows ${id}`, found)).id);
  };

  it('pass a file of the result on, from job to job', async () => {
    const then = [{ task: 'lab.noop', payload: { ballast: { file: '{{result.file}}', after: '{{job.id}}' } } }];
    const second = { task: 'lab.script', payload: { steps: ['save'] }, then };
    const first = await jobs.enqueue('lab.script', { steps: ['ok'] }, { then: [second] });
    const middle = await follower(first.id);
    const last = await follower(middle.id);
    const { file } = middle.result as { file: { key: string } };
    expect(last.payload).toMatchObject({ ballast: { file: { key: file.key }, after: middle.id } });
    expect([middle.parentId, last.parentId]).toEqual([first.id, middle.id]);
    expect((await flowOf(last.id)).id).toBe(first.id);
  });

  it('go on once from the end of a batch, and from that of 200 spawned jobs', async () => {
    const then = [{ task: 'lab.noop', payload: { ballast: '{{batch.counts.completed}}' } }];
    const request = { jobs: Array.from({ length: 200 }, () => ({ task: 'lab.noop' })), then };
    const { body } = await jobs.ask<{ batchId: string; jobs: { id: string }[] }>('POST', '/v1/jobs/batch', request);
    const parent = await jobs.enqueue('lab.spawn', { jobs: 200 }, { then: [SUMMARY] });
    const summary = await follower(parent.id);
    expect(summary.payload).toEqual({ ballast: '200/200' });
    expect((await flowOf(body.jobs[0]?.id ?? '')).id).toBe(body.batchId);
    const followed = async (): Promise<readonly Job[] | undefined> => {
      const { body: page } = await jobs.ask<{ data: Job[] }>('GET', '/v1/jobs?task=lab.noop&limit=200');
      const found = page.data.filter(({ payload }) => (payload as { ballast?: unknown }).ballast === 200);
      return found.length > 0 ? found : undefined;
    };
    expect(await eventually('what follows from the batch', followed)).toHaveLength(1);
  });

  it('start each job once when the worker is killed while it spawns them', async () => {
    const witness = new Witness(suite.dataFolder, 'spawned');
    const payload = { jobs: 40, crashAfter: 15, witness: witness.file };
    const parent = await jobs.enqueue('lab.spawn', payload, { then: [SUMMARY] });
    await suite.process('lab').ended;
    await suite.startApp('lab');
    const summary = await follower(parent.id);
    expect(summary.payload).toEqual({ ballast: '40/40' });
    expect([...witness.executions().values()]).toEqual(Array.from({ length: 40 }, () => 1));
    const batch = (await jobs.ask<Batch>('GET', `/v1/batches/${parent.id}`)).body;
    expect(batch).toMatchObject({
      total: 40,
      percent: 100,
      counts: { completed: 40 },
      completedAt: expect.any(String),
    });
    expect((await jobs.show(parent.id)).attempt).toBe(2);
  });

  it('take options of a request from a header, and show a spawned job that is refused among the dead letters', async () => {
    const options = JSON.stringify({ delay: '1h', metadata: { by: 'header' } });
    const messageId = '01970000-0000-7000-8000-00000000000a';
    await messages.publish('leveret.jobs', 'lab.noop', {}, { messageId, headers: { 'x-options': options } });
    const taken = async (): Promise<Job | undefined> => {
      const job = await jobs.show(messageId);
      return job.id === messageId ? job : undefined;
    };
    expect(await eventually('the job', taken)).toMatchObject({ status: 'scheduled', metadata: { by: 'header' } });
    const headers = { 'x-parent': messageId, 'x-domain': 'lab' };
    await messages.publish('leveret.jobs', 'lab.noop', {}, { headers });
    const refused = async (): Promise<object | undefined> => {
      const { body } = await jobs.ask<{ data: { error: { code: string } }[] }>('GET', '/v1/dead-letters?queue=lab');
      return body.data.find(({ error }) => error.code === 'unknown_parent');
    };
    await eventually('the dead letter', refused);
  });
});
