import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type LocalBroker } from '../../tools/local-nodes/local-node.js';
import { eventually } from '../support/eventually.js';
import { whenOutboxIsEmpty } from '../support/job-load.js';
import { privateBroker } from '../support/private-servers.js';
import { SuiteJobs } from '../support/suite-jobs.js';
import { startSuite, type TestSuite } from '../support/test-suite.js';
import { Witness } from '../support/witness.js';

/** How many retries wait when the broker is killed; 20000 is the long form. */
const RETRIES = Number(process.env['LADDER_RETRIES'] ?? 500);
/** How many retries are timed at light load. */
const SAMPLES = Number(process.env['LADDER_SAMPLES'] ?? 10);
const START_PATIENCE_MS = 120_000;
/** All must have failed once before the first is due again. */
const WAIT_MS = Math.max(8_000, RETRIES * 8);
const PATIENCE_MS = 60_000 + WAIT_MS * 4;
const CONCURRENCY = 50;
const BATCH = 5_000;
const AT_ONCE = 10;

describe('the delay ladder', () => {
  let broker: LocalBroker;
  let suite: TestSuite;
  let jobs: SuiteJobs;

  beforeAll(async () => {
    broker = await privateBroker();
    suite = await startSuite({ apps: ['lab'], broker, env: { CONCURRENCY: String(CONCURRENCY), LOG_LEVEL: 'warn' } });
    jobs = new SuiteJobs(suite);
  }, START_PATIENCE_MS);

  afterAll(async () => {
    await suite.stop();
    await broker.kill();
  }, START_PATIENCE_MS);

  const script = (witness: Witness): Readonly<Record<string, unknown>> => ({
    steps: ['fail', 'ok'],
    by: 'attempt',
    witness: witness.file,
  });
  const fixed = (ms: number): Readonly<Record<string, unknown>> => ({
    backoff: { type: 'fixed', delay: ms, jitter: 0 },
    maxAttempts: 2,
  });
  const count = async (condition: string): Promise<number> => {
    const [row] = await suite.servers.query<{ jobs: number }>(
      `select count(*)::int as jobs from jobs where ${condition}`,
    );
    return row?.jobs ?? 0;
  };
  const until = async (jobsOfAll: number, condition: string): Promise<void> => {
    let seen = 0;
    const look = async (): Promise<true | undefined> => (seen = await count(condition)) >= jobsOfAll || undefined;
    await eventually(`${jobsOfAll} jobs that are ${condition}`, look, () => seen, PATIENCE_MS);
  };
  const say = (text: string): void => void process.stderr.write(`${text}\n`);

  it(
    'brings a retry back when it is due, and never earlier',
    async () => {
      const lateness: number[] = [];
      const retry = async (): Promise<void> => {
        const witness = new Witness(suite.dataFolder, randomUUID());
        const { id } = await jobs.enqueue(
          'lab.script',
          script(witness),
          fixed(1_000 + Math.round(Math.random() * 1_000)),
        );
        const { nextAttemptAt } = await jobs.until(id, ({ status }) => status === 'retrying');
        await jobs.completed(id);
        const [, second] = witness.beginnings().get(id) ?? [];
        lateness.push((second?.at ?? NaN) - Date.parse(nextAttemptAt ?? ''));
      };
      while (lateness.length < SAMPLES) await Promise.all(Array.from({ length: AT_ONCE }, retry));
      lateness.sort((one, other) => one - other);
      const at = (share: number): number | undefined => lateness[Math.ceil(lateness.length * share) - 1];
      say(`lateness of ${lateness.length} retries: median ${at(0.5)} ms, 95 % ${at(0.95)} ms, latest ${at(1)} ms`);
      expect(lateness[0]).toBeGreaterThanOrEqual(0);
    },
    PATIENCE_MS,
  );

  it(
    `loses none of ${RETRIES} retries when the broker is killed while they expire`,
    async () => {
      const before = await count('true');
      const witness = new Witness(suite.dataFolder, 'ladder');
      const request = { task: 'lab.script', payload: script(witness), ...fixed(WAIT_MS) };
      for (let left = RETRIES; left > 0; left -= BATCH) {
        const some = Array.from({ length: Math.min(left, BATCH) }, () => request);
        expect((await jobs.ask('POST', '/v1/jobs/batch', { jobs: some })).status).toBe(202);
      }
      await until(RETRIES, `status = 'retrying'`);
      await whenOutboxIsEmpty(suite, PATIENCE_MS);
      await until(before + 1, `status = 'completed'`);
      const waiting = await count(`status = 'retrying'`);
      await broker.kill();
      await broker.start();
      await until(before + RETRIES, `status = 'completed'`);

      const repaired = /^leveret_jobs_repaired_total\{.*\} (\d+)$/gm;
      const { body } = await suite.api<string>('GET', '/metrics', undefined, { key: null });
      const sentAgain = [...body.matchAll(repaired)].reduce((sum, [, jobsOfCause]) => sum + Number(jobsOfCause), 0);
      const again = witness.total - 2 * RETRIES;
      say(`killed with ${waiting} of ${RETRIES} in the ladder: sent again ${sentAgain}, executed once more ${again}`);
      expect(await count('charged <> 2')).toBe(0);
      expect(sentAgain).toBe(0);
      expect([...witness.executions().values()].filter((times) => times < 2)).toEqual([]);
      expect(again).toBeLessThanOrEqual(CONCURRENCY);
    },
    PATIENCE_MS * 2,
  );
});
