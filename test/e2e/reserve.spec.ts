import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Channel, type ChannelModel, connect } from 'amqplib';
import { type Job } from '#libs/contracts';
import { eventually } from '../support/eventually.js';
import { SuiteJobs } from '../support/suite-jobs.js';
import { workQueueOf } from '../support/test-environment.js';
import { startSuite, type TestSuite } from '../support/test-suite.js';

const PATIENCE_MS = 90_000;
const PLACES = 2;
const JOBS_PER_BATCH = 1_000;
const BATCHES = 10;
/** Longer than anybody waits here. */
const LONG_MS = 300_000;
/** Until it is seen that jobs have become long, what waits behind them is handed back, and others have run it. */
const GIVEN_BACK_WITHIN_MS = 30_000;

describe('a worker that takes messages in reserve', () => {
  let suite: TestSuite;
  let jobs: SuiteJobs;
  let connection: ChannelModel;
  let channel: Channel;

  beforeAll(async () => {
    suite = await startSuite({ apps: ['lab'], env: { CONCURRENCY: String(PLACES), TENANT_WINDOW: 'none' } });
    jobs = new SuiteJobs(suite);
    connection = await connect(suite.servers.rabbitmqUrl);
    channel = await connection.createChannel();
  }, PATIENCE_MS);

  afterAll(async () => {
    await connection.close();
    await suite.stop();
  }, PATIENCE_MS);

  const consumers = async (): Promise<number> => (await channel.checkQueue(workQueueOf('lab'))).consumerCount;

  const completed = async (): Promise<number> => (await suite.leveret.queues.get('lab')).completed;

  it(
    'has one while jobs are brief, and gives it to others when jobs that are long have taken all its places',
    async () => {
      await suite.leveret.queues.pause('lab');
      for (let batch = 0; batch < BATCHES; batch += 1) {
        const brief = Array.from({ length: JOBS_PER_BATCH }, () => ({ task: 'lab.noop', payload: {} }));
        expect((await suite.api('POST', '/v1/jobs/batch', { jobs: brief })).status).toBe(202);
      }
      await suite.leveret.queues.resume('lab');
      await eventually('reserve', async () => (await consumers()) >= 2 || undefined, consumers);

      const payload = { steps: ['hold'], ms: LONG_MS };
      const long: Job[] = [];
      for (let place = 0; place < PLACES; place += 1) {
        long.push(await jobs.enqueue('lab.script', payload, { priority: 9, timeout: '10m' }));
      }
      for (const { id } of long) await jobs.until(id, ({ status }) => status === 'running');
      expect(await completed()).toBeLessThan(BATCHES * JOBS_PER_BATCH);

      await suite.startApp('lab', 'lab-2');
      await eventually(
        'end of all that are brief',
        async () => (await completed()) === BATCHES * JOBS_PER_BATCH || undefined,
        completed,
        GIVEN_BACK_WITHIN_MS,
      );
      for (const { id } of long) {
        expect(await jobs.show(id)).toMatchObject({ status: 'running', attempt: 1 });
        await suite.leveret.jobs.cancel(id);
      }
    },
    2 * PATIENCE_MS,
  );
});
