import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type LocalNode } from '../../tools/local-nodes/local-node.js';
import { Load, whenAllEnded, whenOutboxIsEmpty } from '../support/job-load.js';
import { privateDatabase } from '../support/private-servers.js';
import { startSuite, type TestSuite } from '../support/test-suite.js';
import { Witness } from '../support/witness.js';

const START_PATIENCE_MS = 120_000;
const RECOVERY_MS = 60_000;
const TEST_MS = 150_000;
const LONGEST_ANSWER_MS = 10_000;
const IN_FLIGHT = 8;

describe('a database that fails under load', () => {
  let database: LocalNode;
  let suite: TestSuite;
  let witness: Witness;
  let load: Load;

  beforeAll(async () => {
    database = await privateDatabase();
    suite = await startSuite({ apps: ['lab'], databaseUrl: database.url, env: { CONCURRENCY: String(IN_FLIGHT) } });
  }, START_PATIENCE_MS);

  afterAll(async () => {
    await suite.stop();
    await database.kill();
  }, START_PATIENCE_MS);

  it(
    'is answered for with 503 in time while it is away for long',
    async () => {
      // More clients than jobs fit into one statement: those of the second statement wait for the first.
      await begin(2_000, 100);
      await database.kill();
      await load.refused(200);
      await database.start();
      await load.done;
      await everyJobEnds();
    },
    TEST_MS,
  );

  /** Settles in the middle of the load. */
  async function begin(jobs: number, clients: number): Promise<void> {
    witness = new Witness(suite.dataFolder, `${clients}-clients`);
    const body = { task: 'lab.script', payload: { steps: ['ok'], witness: witness.file } };
    load = new Load(suite, { jobs, clients, body });
    await load.reached(jobs / 4);
  }

  async function everyJobEnds(): Promise<void> {
    const { accepted, submits } = load;
    const refused = submits.filter(({ id }) => id === null);
    expect(refused.every(({ status, retryAfter }) => status === 503 && Number(retryAfter) > 0)).toBe(true);
    expect(Math.max(...submits.map(({ ms }) => ms))).toBeLessThan(LONGEST_ANSWER_MS);

    const jobs = await whenAllEnded(suite, RECOVERY_MS);
    expect(new Set([...jobs.values()].map(({ status }) => status))).toEqual(new Set(['completed']));
    const executed = [...witness.executions().keys()];
    expect(accepted.filter((id) => !jobs.has(id))).toEqual([]);
    expect(accepted.filter((id) => !executed.includes(id))).toEqual([]);
    // A refused submit may have been committed in the moment of the crash, when nobody could know; no other may.
    expect(executed.length).toBeLessThanOrEqual(accepted.length + refused.length);
    expect(witness.total).toBe(executed.length);
    await whenOutboxIsEmpty(suite, RECOVERY_MS);
  }
});
