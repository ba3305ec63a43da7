import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Heartbeat } from '#libs/contracts';
import { type Explanation } from '../explain/explainer.js';
import { type Notice } from '../jobs/notice.js';
import { WorkerStore } from '../ledger/worker-store.js';
import { type Answer, Client } from '../testing/client.js';
import { type RealEdge, startRealEdge } from '../testing/real-edge.js';
import { type ShownTask } from './shown-task.js';

const HEARTBEAT: Heartbeat = {
  ...{ worker: 'demo@a', domain: 'demo', appVersion: '1.0.0', concurrency: 4, seq: 1, runs: [] },
};

describe('a task and its workers', () => {
  let edge: RealEdge;
  let client: Client;

  beforeAll(async () => {
    edge = await startRealEdge();
    client = new Client(edge.url);
  }, 30_000);

  afterAll(() => edge.stop());

  /** What a worker says of itself; the edge knows it when it has read its tasks anew. */
  const hear = async (change: Partial<Heartbeat>): Promise<void> => {
    await new WorkerStore(edge.database).hear([{ ...HEARTBEAT, ...change }]);
    await edge.announce([{}]);
  };
  const enqueue = (body: object = {}): Promise<Answer<{ readonly id: string; readonly notice?: Notice }>> =>
    client.post('/v1/jobs', { task: 'demo.echo', ...body });

  it('is told with how many there are, and its jobs are taken without a word', async () => {
    await hear({ seq: 1 });
    await hear({ worker: 'demo@b' });
    const { json } = await client.get<ShownTask>('/v1/tasks/demo.echo');
    expect(json).toMatchObject({ available: true, workers: 2 });
    const { status, json: job } = await enqueue();
    expect(status).toBe(202);
    expect(job).not.toHaveProperty('notice');
  });

  it('has none as soon as they have left; its jobs are taken all the same, and say for what they wait', async () => {
    await hear({ seq: 2, leaves: true });
    await hear({ worker: 'demo@b', seq: 2, leaves: true });
    const { json } = await client.get<{ data: ShownTask[] }>('/v1/tasks');
    expect(json.data).toMatchObject([{ name: 'demo.echo', available: true, workers: 0 }]);
    expect((await client.get<{ data: unknown[] }>('/v1/workers')).json.data).toEqual([]);

    const { status, json: job } = await enqueue();
    expect(status).toBe(202);
    expect(job.notice).toEqual({
      code: 'no_consumer',
      message: 'No worker of demo is heard of: its jobs wait until one is.',
    });
    const { json: explanation } = await client.get<Explanation>(`/v1/jobs/${job.id}/explain`);
    expect(explanation.reasons).toContainEqual({ ...job.notice, queue: 'demo' });
    expect((await enqueue({ delay: '1h' })).json).not.toHaveProperty('notice');
  });

  it('has none when they are silent', async () => {
    await hear({ worker: 'demo@c' });
    await edge.database.query(`UPDATE workers SET heard_at = now() - interval '11 seconds'`);
    await edge.announce([{}]);
    expect((await client.get<ShownTask>('/v1/tasks/demo.echo')).json.workers).toBe(0);
  });
});
