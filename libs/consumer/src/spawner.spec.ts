import { describe, expect, it } from '@jest/globals';
import { type SpawnedJob } from '#libs/contracts';
import { PermanentError } from './errors.js';
import { type JobToSpawn } from './job-context.js';
import { Spawner } from './spawner.js';

const ORDER = { jobId: '0197f6a0-1111-7000-8000-000000000000', task: 'tests.act' };

interface Sent extends SpawnedJob {
  readonly task: string;
  readonly body: string;
}

/** A spawner whose jobs are kept for the test. */
function spawnerOf(order = ORDER, signal = new AbortController().signal): { spawner: Spawner; sent: Sent[] } {
  const sent: Sent[] = [];
  const send = async (task: string, body: string, job: SpawnedJob): Promise<void> =>
    void sent.push({ ...job, task, body });
  return { spawner: new Spawner({ order, signal }, { send }), sent };
}

const keyed = (key: string): JobToSpawn => ({ key, task: 'lab.noop' });

describe('spawning jobs', () => {
  it('sends them under the name of their parent, with the options of a request', async () => {
    const { spawner, sent } = spawnerOf();
    const then = [{ task: 'lab.noop' }];
    const ids = await spawner.spawn([
      { ...keyed('a'), payload: { n: 1 }, priority: 'high', metadata: { m: 1 }, then },
      keyed('b'),
    ]);
    expect(sent).toEqual([
      {
        ...{ id: ids[0], parent: ORDER.jobId, domain: 'tests', task: 'lab.noop', body: '{"n":1}' },
        options: JSON.stringify({ priority: 'high', metadata: { m: 1 }, then }),
      },
      { id: ids[1], parent: ORDER.jobId, domain: 'tests', task: 'lab.noop', body: '{}', options: '{}' },
    ]);
    expect(spawner.count).toBe(2);
  });

  it('gives a key the same id in every run, and another for another parent', async () => {
    const other = { ...ORDER, jobId: '0197f6a0-1111-7000-8000-000000000001' };
    const [first, second, third] = await Promise.all(
      [ORDER, ORDER, other].map((order) => spawnerOf(order).spawner.spawn([keyed('a')])),
    );
    expect(first).toEqual(second);
    expect(third).not.toEqual(first);
  });

  it('counts a key once, however often it is spawned', async () => {
    const { spawner } = spawnerOf();
    await spawner.spawn([keyed('a'), keyed('b')]);
    await spawner.spawn([keyed('b'), keyed('c')]);
    expect(spawner.count).toBe(3);
  });

  it.each<[string, unknown[]]>([
    ['without a key', [keyed('a'), { task: 'lab.noop' }]],
    ['with a key that is too long', [keyed('a'.repeat(256))]],
    ['with a task that is none', [{ key: 'a', task: 'noop' }]],
    ['with a payload that is no JSON', [{ ...keyed('a'), payload: 1n }]],
    ['with options that no header holds', [{ ...keyed('a'), metadata: { text: 'x'.repeat(70_000) } }]],
    ['too many at once', Array.from({ length: 10_001 }, (_, n) => keyed(String(n)))],
  ])('sends none when there are some %s', async (_what, jobs) => {
    const { spawner, sent } = spawnerOf();
    const failure = await spawner.spawn(jobs as JobToSpawn[]).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(PermanentError);
    expect([(failure as PermanentError).code, sent]).toEqual(['invalid_spawn', []]);
  });

  it('sends no more than 10,000 in a run, and goes on with those that it has sent', async () => {
    const { spawner } = spawnerOf();
    const jobs = Array.from({ length: 10_000 }, (_, n) => keyed(String(n)));
    await spawner.spawn(jobs);
    await spawner.spawn(jobs.slice(0, 10));
    await expect(spawner.spawn([keyed('one more')])).rejects.toMatchObject({ code: 'invalid_spawn' });
  });

  it('sends nothing when the run was told to stop, or has ended', async () => {
    const stopped = spawnerOf(ORDER, AbortSignal.abort(new Error('The time is over.')));
    await expect(stopped.spawner.spawn([keyed('a')])).rejects.toThrow('The time is over.');
    const { spawner, sent } = spawnerOf();
    spawner.close();
    await expect(spawner.spawn([keyed('a')])).rejects.toThrow('await what it spawns');
    expect([stopped.sent, sent, spawner.count]).toEqual([[], [], 0]);
  });
});
