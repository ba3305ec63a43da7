import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../support/eventually.js';
import { Load } from '../support/job-load.js';
import { ShapeLog } from '../support/shape-log.js';
import { SuiteMessages } from '../support/suite-messages.js';
import { startSuite, type TestSuite } from '../support/test-suite.js';

const PATIENCE_MS = 120_000;
/** Far more than a program has of anything when it starts. */
const JOBS = 3_000;
const BATCH = 1_000;
const PUBLISHED_AT_ONCE = 100;
const JOB = { task: 'lab.noop', payload: {} };

describe('the objects that a job takes in the gateway and in its app', () => {
  let suite: TestSuite;
  let shapes: ShapeLog;

  beforeAll(async () => {
    shapes = await ShapeLog.make();
    suite = await startSuite({ apps: ['lab'], flags: shapes.flags });
  }, PATIENCE_MS);

  afterAll(async () => {
    await suite.stop();
    await shapes.discard();
  }, PATIENCE_MS);

  const completed = async (): Promise<number> => (await suite.leveret.queues.get('lab')).completed;

  it(
    'have the shapes of those of other jobs, however it is entered',
    async () => {
      await new Load(suite, { jobs: JOBS, clients: 50, body: JOB }).done;
      const jobs = Array.from({ length: BATCH }, () => JOB);
      for (let entered = 0; entered < JOBS; entered += BATCH) {
        expect((await suite.api('POST', '/v1/jobs/batch', { jobs })).status).toBe(202);
      }
      const messages = await SuiteMessages.open(suite);
      for (let entered = 0; entered < JOBS; entered += PUBLISHED_AT_ONCE) {
        const some = Array.from({ length: PUBLISHED_AT_ONCE }, () =>
          messages.publish('leveret.jobs', JOB.task, JOB.payload),
        );
        await Promise.all(some);
      }
      await messages.close();
      await eventually(
        'end of every job',
        async () => (await completed()) >= 3 * JOBS || undefined,
        completed,
        PATIENCE_MS,
      );
      await Promise.all(['gateway', 'lab'].map((app) => suite.stopApp(app)));
      expect(await shapes.places(JOBS * 0.9)).toEqual([]);
    },
    PATIENCE_MS,
  );
});
