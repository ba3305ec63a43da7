import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { eventually } from '../support/eventually.js';
import { whenOutboxIsEmpty } from '../support/job-load.js';
import { SuiteJobs } from '../support/suite-jobs.js';
import { startSuite, type TestSuite } from '../support/test-suite.js';
import { Witness } from '../support/witness.js';

jest.setTimeout(120_000);

const TASK = 'lab.script';
const WAITING = 40;
const RETRYING = 10;
/** Long enough that the apps are back with the other type before a wait is over. */
const BACKOFF = { type: 'fixed', delay: '6s', jitter: 0 };
/** An app that ends may keep a message for 40 s, so an old queue must have been idle for longer. */
const REMOVED_WITHIN_MS = 75_000;

interface Queue {
  readonly name: string;
  readonly messages?: number;
}

describe('a suite whose queue type is changed while messages wait', () => {
  const env: NodeJS.ProcessEnv = { QUEUE_TYPE: 'classic' };
  let suite: TestSuite;
  let jobs: SuiteJobs;
  let witness: Witness;

  beforeAll(async () => {
    suite = await startSuite({ apps: ['lab'], env });
    jobs = new SuiteJobs(suite);
    witness = new Witness(suite.dataFolder, 'switch');
  });

  afterAll(() => suite.stop());

  async function enqueue(count: number, steps: readonly string[]): Promise<readonly string[]> {
    const payload = { steps, witness: witness.file, by: 'attempt' };
    const all = Array.from({ length: count }, () => jobs.enqueue(TASK, payload, { backoff: BACKOFF }));
    return (await Promise.all(all)).map(({ id }) => id);
  }

  /** The work queues that there are, with what lies in them. */
  async function workQueues(): Promise<ReadonlyMap<string, number>> {
    const queues = await suite.servers.inspect<readonly Queue[]>('queues');
    const ours = queues.filter(({ name }) => /^leveret\.lab\.(classic|quorum)-1$/.test(name));
    return new Map(ours.map(({ name, messages = 0 }) => [name, messages]));
  }

  async function change(type: string): Promise<void> {
    env['QUEUE_TYPE'] = type;
    await Promise.all([suite.restart('gateway'), suite.startApp('lab')]);
  }

  it.each([
    ['classic', 'quorum'],
    ['quorum', 'classic'],
  ])('runs what waited in %s queues and in the ladder exactly once when they are %s', async (from, to) => {
    const retrying = await enqueue(RETRYING, ['fail', 'ok']);
    for (const id of retrying) await jobs.until(id, ({ status }) => status === 'retrying');
    await suite.stopApp('lab');
    const waiting = await enqueue(WAITING, ['ok']);
    await whenOutboxIsEmpty(suite, 30_000);
    expect([...(await workQueues()).keys()]).toContain(`leveret.lab.${from}-1`);

    await change(to);
    const later = await enqueue(5, ['ok']);
    for (const id of [...waiting, ...later]) expect(await jobs.completed(id)).toMatchObject({ attempt: 1 });
    for (const id of retrying) expect(await jobs.completed(id)).toMatchObject({ attempt: 2 });
    const executions = witness.executions();
    expect([...waiting, ...later].map((id) => executions.get(id))).toEqual(Array<number>(WAITING + 5).fill(1));
    expect(retrying.map((id) => executions.get(id))).toEqual(Array<number>(RETRYING).fill(2));
  });

  it('is rid of the old queue when nothing was in it and nobody at it for a while, and goes on', async () => {
    const gone = async (): Promise<true | undefined> =>
      (await workQueues()).has('leveret.lab.quorum-1') ? undefined : true;
    await eventually('end of the quorum queue', gone, () => suite.log('lab').slice(-5), REMOVED_WITHIN_MS);
    const [id = ''] = await enqueue(1, ['ok']);
    await jobs.completed(id);
    expect([...(await workQueues()).keys()]).toEqual(['leveret.lab.classic-1']);
  });
});
