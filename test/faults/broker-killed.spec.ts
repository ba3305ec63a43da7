import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { type LocalBroker } from '../../tools/local-nodes/local-node.js';
import { allJobs, Load, whenAllEnded, whenOutboxIsEmpty } from '../support/job-load.js';
import { privateBroker } from '../support/private-servers.js';
import { startSuite, type TestSuite } from '../support/test-suite.js';
import { Witness } from '../support/witness.js';

const START_PATIENCE_MS = 120_000;
const RECOVERY_MS = 60_000;
const TEST_MS = 150_000;
const CLIENTS = 16;
/** What a worker can have in its hands when its broker goes. */
const IN_FLIGHT = 8;
/** Far more than a relay may have under way. */
const FLOOD = 3_500;

describe('a broker that fails under load', () => {
  let broker: LocalBroker;
  let suite: TestSuite;
  let witness: Witness;
  let load: Load;

  beforeAll(async () => {
    broker = await privateBroker();
    suite = await startSuite({ apps: ['lab'], broker, env: { CONCURRENCY: String(IN_FLIGHT) } });
  }, START_PATIENCE_MS);

  afterAll(async () => {
    await suite.stop();
    await broker.kill();
  }, START_PATIENCE_MS);

  const cases = [
    {
      fault: 'is killed and comes back',
      jobs: 2_000,
      fail: async () => {
        await broker.kill();
        await broker.start();
      },
    },
    { fault: 'stands still while jobs are accepted', jobs: FLOOD, fail: () => standStill() },
  ];

  it.each(cases)(
    'loses no job and runs none twice that nobody held when it $fault',
    async ({ jobs, fail }) => {
      witness = new Witness(suite.dataFolder, randomUUID());
      const body = { task: 'lab.script', payload: { steps: ['ok'], witness: witness.file } };
      load = new Load(suite, { jobs, clients: CLIENTS, body });
      await load.reached(jobs / 4);
      await fail();
      await load.done;
      await everyJobHasEnded();
    },
    TEST_MS,
  );

  async function everyJobHasEnded(): Promise<void> {
    const { accepted } = load;
    expect(load.answers).toEqual({ 202: accepted.length });
    const jobs = await whenAllEnded(suite, RECOVERY_MS);
    expect(new Set(accepted.map((id) => jobs.get(id)?.status))).toEqual(new Set(['completed']));
    expect([...witness.executions().keys()].sort()).toEqual([...accepted].sort());
    expect(witness.total).toBeLessThanOrEqual(accepted.length + IN_FLIGHT);
    await whenOutboxIsEmpty(suite, RECOVERY_MS);
    expect(await allJobs(suite)).toEqual(jobs);
  }

  async function standStill(): Promise<void> {
    const [pid = 0] = broker.pids;
    process.kill(pid, 'SIGSTOP');
    try {
      await load.done;
    } finally {
      process.kill(pid, 'SIGCONT');
    }
  }
});
