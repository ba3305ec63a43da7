import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { type LocalBroker } from '../../tools/local-nodes/local-node.js';
import { eventually } from '../support/eventually.js';
import { Load, whenAllEnded, whenOutboxIsEmpty } from '../support/job-load.js';
import { privateBroker } from '../support/private-servers.js';
import { SuiteJobs } from '../support/suite-jobs.js';
import { startSuite, type TestSuite } from '../support/test-suite.js';
import { Witness } from '../support/witness.js';

const START_PATIENCE_MS = 90_000;
const TEST_MS = 120_000;
const RECOVERY_MS = 60_000;
/** Most of the 30 s after which others may send what a dead gateway was sending. */
const ELAPSED = "update outbox set free_at = free_at - interval '25 s'";
const CLIENTS = 16;
const CLAIMED = 'select count(*)::int as rows from outbox where free_at > now()';
/** What is being sent, and what waits for its turn to be: how many that are depends on how fast jobs have ended. */
const UNSENT = `select (select count(*)::int from outbox where free_at > now()) as claimed,
  (select count(*)::int from jobs where held is not null) as held`;

describe('a gateway that is killed', () => {
  let broker: LocalBroker;
  let suite: TestSuite;
  let witness: Witness;

  beforeAll(async () => {
    broker = await privateBroker();
    suite = await startSuite({ apps: ['lab'], broker, env: { CONCURRENCY: '8' } });
  }, START_PATIENCE_MS);

  beforeEach(() => {
    witness = new Witness(suite.dataFolder, randomUUID());
  });

  afterAll(async () => {
    await suite.stop();
    await broker.kill();
  }, START_PATIENCE_MS);

  function begin(jobs: number, urls: readonly string[] = [suite.url]): Load {
    const body = { task: 'lab.script', payload: { steps: ['ok'], witness: witness.file } };
    return new Load(suite, { jobs, clients: CLIENTS, body, urls });
  }

  it(
    'keeps every job that it acknowledged, and applies what was reported meanwhile',
    async () => {
      const jobs = new SuiteJobs(suite);
      const held = await jobs.enqueue('lab.script', { steps: ['hold'], ms: 1_000, witness: witness.file });
      await jobs.until(held.id, ({ status }) => status === 'running');
      const load = begin(1_500);
      await load.reached(400);
      await suite.kill('gateway');
      await eventually('end of the held job while no gateway runs', () => witness.ended().has(held.id) || undefined);
      await suite.startApp('gateway');
      await load.done;

      const { 202: accepted, 'no answer': unknown = 0, ...others } = load.answers;
      expect(others).toEqual({});
      expect(accepted).toBe(1_500);
      const ended = await whenAllEnded(suite, RECOVERY_MS);
      const acknowledged = [held.id, ...load.accepted];
      expect(acknowledged.filter((id) => ended.get(id)?.status !== 'completed')).toEqual([]);
      expect(ended.get(held.id)).toMatchObject({ attempt: 1, result: { held: 1_000 } });
      // A submit without an answer may have been committed, once.
      expect(ended.size).toBeLessThanOrEqual(acknowledged.length + unknown);
      expect(witness.total).toBe(ended.size);
      await whenOutboxIsEmpty(suite, RECOVERY_MS);
    },
    TEST_MS,
  );

  it(
    'sends nothing twice when it is restarted in order under load',
    async () => {
      const load = begin(800);
      await load.reached(200);
      await suite.stopApp('gateway');
      expect(await suite.servers.query(CLAIMED)).toEqual([{ rows: 0 }]);
      await suite.startApp('gateway');
      await load.done;

      const ended = await whenAllEnded(suite, RECOVERY_MS);
      expect(load.accepted.filter((id) => ended.get(id)?.status !== 'completed')).toEqual([]);
      expect(witness.total).toBe(witness.executions().size);
    },
    TEST_MS,
  );

  describe('beside another', () => {
    let other: string;

    beforeAll(async () => {
      other = await suite.startApp('gateway', 'gateway-2');
    }, START_PATIENCE_MS);

    it(
      'shares the work with it and sends nothing twice',
      async () => {
        const load = begin(1_000, [suite.url, other]);
        await load.done;
        expect(load.answers).toEqual({ 202: 1_000 });

        const ended = await whenAllEnded(suite, RECOVERY_MS, other);
        expect(load.accepted.filter((id) => ended.get(id)?.status !== 'completed')).toEqual([]);
        expect(witness.total).toBe(1_000);
        await whenOutboxIsEmpty(suite, RECOVERY_MS);
      },
      TEST_MS,
    );

    it(
      'leaves it what it was sending, within the time of a claim',
      async () => {
        const [pid = 0] = broker.pids;
        process.kill(pid, 'SIGSTOP');
        const load = begin(200, [other]);
        await load.done;
        await suite.kill('gateway-2');
        const [unsent] = await suite.servers.query<{ claimed: number; held: number }>(UNSENT);
        expect(unsent?.claimed).toBeGreaterThan(0);
        expect(unsent).toEqual({ claimed: expect.any(Number), held: 200 - (unsent?.claimed ?? 0) });
        await suite.servers.query(ELAPSED);
        process.kill(pid, 'SIGCONT');

        await whenOutboxIsEmpty(suite, RECOVERY_MS);
        const ended = await whenAllEnded(suite, RECOVERY_MS);
        expect(load.accepted.filter((id) => ended.get(id)?.status !== 'completed')).toEqual([]);
      },
      TEST_MS,
    );
  });
});
