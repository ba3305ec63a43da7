import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../support/eventually.js';
import { Load } from '../support/job-load.js';
import { ShapeLog } from '../support/shape-log.js';
import { SuiteMessages } from '../support/suite-messages.js';
import { startSuite, type TestSuite } from '../support/test-suite.js';

const PATIENCE_MS = 180_000;
const ENDED_WITHIN_MS = 90_000;
/** In each way. */
const JOBS = 1_000;
const AT_ONCE = 50;
const PROCESSES = ['gateway', 'lab'];
const JOB = { task: 'lab.noop', payload: {} };

describe('the objects that a job takes in the gateway and in its app', () => {
  let suite: TestSuite;
  let messages: SuiteMessages;
  let shapes: ShapeLog;

  beforeAll(async () => {
    shapes = await ShapeLog.make();
    suite = await startSuite({ apps: ['lab'], flags: shapes.flags });
    messages = await SuiteMessages.open(suite);
  }, PATIENCE_MS);

  afterAll(async () => {
    await messages.close();
    await suite.stop();
    await shapes.discard();
  }, PATIENCE_MS);

  const completed = async (): Promise<number> => (await suite.leveret.queues.get('lab')).completed;

  const publish = async (headers: object): Promise<void> => {
    for (let entered = 0; entered < JOBS; entered += AT_ONCE) {
      await Promise.all(
        Array.from({ length: AT_ONCE }, () => messages.publish('leveret.jobs', JOB.task, JOB.payload, { headers })),
      );
    }
  };

  it(
    'have the shapes of those of other jobs, whether they come by one call, by many, or by the broker, with options or without',
    async () => {
      await shapes.begin();
      await new Load(suite, { jobs: JOBS, clients: AT_ONCE, body: JOB }).done;
      const jobs = Array.from({ length: JOBS }, () => JOB);
      expect((await suite.api('POST', '/v1/jobs/batch', { jobs })).status).toBe(202);
      await publish({});
      await publish({ 'x-options': JSON.stringify({ timeout: '1m' }) });
      const allEnded = async (): Promise<true | undefined> => (await completed()) >= 4 * JOBS || undefined;
      await eventually('end of every job', allEnded, completed, ENDED_WITHIN_MS);
      await Promise.all(PROCESSES.map((app) => suite.stopApp(app)));
      expect(await shapes.madeBy(PROCESSES.length, JOBS * 0.8)).toEqual([]);
    },
    PATIENCE_MS,
  );
});
