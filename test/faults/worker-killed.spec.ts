import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { isFinal, type Job } from '#libs/contracts';
import { eventually } from '../support/eventually.js';
import { Load, whenAllEnded, whenOutboxIsEmpty } from '../support/job-load.js';
import { SuiteJobs } from '../support/suite-jobs.js';
import { startSuite, type TestSuite } from '../support/test-suite.js';
import { Witness } from '../support/witness.js';

const START_PATIENCE_MS = 90_000;
const TEST_MS = 90_000;
const RECOVERY_MS = 60_000;
/** Longer than an app waits for handlers when it ends. */
const PAST_THE_GRACE_MS = 60_000;
/** Long enough for its beginning to be told. */
const CRASH_MS = 1_000;
const PAST_THE_CRASH_MS = 2_000;
/** Of a job that kills three workers: each is taken for gone after six seconds. */
const THREE_DEATHS_MS = 90_000;

describe('a worker that ends', () => {
  let suite: TestSuite;
  let jobs: SuiteJobs;
  let witness: Witness;

  beforeAll(async () => {
    suite = await startSuite({ apps: ['lab'] });
    jobs = new SuiteJobs(suite);
  }, START_PATIENCE_MS);

  beforeEach(async () => {
    witness = new Witness(suite.dataFolder, expect.getState().currentTestName?.replaceAll(/\W+/g, '-') ?? '');
    if (!suite.process('lab').isRunning) await suite.startApp('lab');
  }, START_PATIENCE_MS);

  afterEach(() => whenOutboxIsEmpty(suite, RECOVERY_MS), START_PATIENCE_MS);

  afterAll(() => suite.stop(), START_PATIENCE_MS);

  const script = (steps: string[], more: object = {}): Promise<Job> =>
    jobs.enqueue('lab.script', { steps, witness: witness.file, ...more });

  const running = (id: string): Promise<Job> => jobs.until(id, ({ status }) => status === 'running');

  it(
    'leaves its jobs to the next when it is killed: those that ran as a further attempt, those that waited as they are',
    async () => {
      const held = await Promise.all([1, 2, 3, 4].map(() => script(['hold', 'ok'], { ms: PAST_THE_GRACE_MS })));
      for (const { id } of held) await running(id);
      const waiting = await Promise.all([1, 2].map(() => script(['ok'])));
      await suite.kill('lab');
      await suite.startApp('lab');

      for (const { id } of waiting) expect(await jobs.completed(id)).toMatchObject({ attempt: 1, error: null });
      for (const { id } of held) {
        expect(await jobs.completed(id)).toMatchObject({ attempt: 2, error: null, result: { attempt: 2, run: 2 } });
        expect(await jobs.attempts(id)).toMatchObject([
          { attempt: 1, run: 1, outcome: 'lost', error: { code: 'worker_lost', permanent: false } },
          { attempt: 2, run: 2, outcome: 'completed', error: null },
        ]);
      }
      expect(held.map(({ id }) => witness.executions().get(id))).toEqual([2, 2, 2, 2]);
      expect(waiting.map(({ id }) => witness.executions().get(id))).toEqual([1, 1]);
    },
    TEST_MS,
  );

  it(
    'fails a job that kills it three times, whatever attempts it has left, and completes the neighbours that it takes along',
    async () => {
      const beside = await Promise.all([1, 2, 3].map(() => script(['hold'], { ms: PAST_THE_CRASH_MS })));
      for (const { id } of beside) await running(id);
      const crash = { steps: ['crash'], ms: CRASH_MS, witness: witness.file };
      const deadly = await jobs.enqueue('lab.script', crash, { maxAttempts: 10 });
      const behind = await Promise.all(Array.from({ length: 20 }, () => script(['ok'])));

      const killed = await eventually(
        'end of the job',
        async () => {
          if (!suite.process('lab').isRunning) await suite.startApp('lab');
          const job = await jobs.show(deadly.id);
          return isFinal(job.status) ? job : undefined;
        },
        () => undefined,
        THREE_DEATHS_MS,
      );
      expect(killed).toMatchObject({ status: 'failed', attempt: 3, error: { code: 'worker_lost', attempt: 3 } });
      const lost = (await jobs.attempts(deadly.id)).filter(({ outcome }) => outcome === 'lost');
      expect(lost.map(({ attempt }) => attempt)).toEqual([1, 2, 3]);

      if (!suite.process('lab').isRunning) await suite.startApp('lab');
      for (const { id } of [...beside, ...behind]) await jobs.completed(id);
      for (const { id } of beside) expect((await jobs.show(id)).attempt).toBe(3);
    },
    THREE_DEATHS_MS + TEST_MS,
  );

  it(
    'finishes what it has in hand when it is told to end, and exits with 0',
    async () => {
      const { id } = await script(['hold'], { ms: 3_000 });
      await running(id);
      await suite.stopApp('lab');
      expect(await suite.process('lab').ended).toBe('exit code 0');

      expect(await jobs.completed(id)).toMatchObject({ attempt: 1, result: { held: 3_000 } });
      expect(await jobs.attempts(id)).toMatchObject([{ attempt: 1, run: 1, outcome: 'completed' }]);
    },
    TEST_MS,
  );

  it(
    'burns no attempt and runs nothing twice when it is restarted under load',
    async () => {
      const body = { task: 'lab.script', payload: { steps: ['hold'], ms: 10, witness: witness.file } };
      const load = new Load(suite, { jobs: 400, clients: 8, body });
      await load.reached(100);
      await suite.restart('lab');
      await load.reached(300);
      await suite.restart('lab');
      await load.done;

      const ended = await whenAllEnded(suite, RECOVERY_MS);
      const mine = load.accepted.map((id) => ended.get(id));
      expect(mine.filter((job) => job?.status !== 'completed' || job.attempt !== 1)).toEqual([]);
      expect(witness.total).toBe(load.accepted.length);
    },
    TEST_MS,
  );

  it(
    'hands back what does not end in its time, which costs no attempt',
    async () => {
      const payload = { steps: ['hold', 'ok'], ms: PAST_THE_GRACE_MS, witness: witness.file };
      const { id } = await jobs.enqueue('lab.script', payload, { timeout: '2m' });
      await running(id);
      await suite.stopApp('lab');
      expect(await suite.process('lab').ended).toBe('exit code 0');
      await suite.startApp('lab');

      expect(await jobs.completed(id)).toMatchObject({ attempt: 1, result: { attempt: 1, run: 2 } });
      expect(await jobs.attempts(id)).toMatchObject([
        { attempt: 1, run: 1, outcome: 'returned', error: null },
        { attempt: 1, run: 2, outcome: 'completed', error: null },
      ]);
    },
    TEST_MS,
  );
});
