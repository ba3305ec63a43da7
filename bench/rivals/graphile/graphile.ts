import { Logger, makeWorkerUtils } from 'graphile-worker';
import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import { type BenchSuite } from '../../bench-suite.js';
import { makeDatabase } from '../../databases.js';
import { inChunks, inLanes } from '../../lanes.js';
import { type BenchPayload, type QueueSystem } from '../queue-system.js';
import { WorkerProcess } from '../worker-process.js';
import { GRAPHILE_TASK } from './graphile-task.js';

const CALLS_AT_ONCE = 50;
const JOBS_PER_CALL = 500;
const CONNECTIONS = 10;
const LOOK_EVERY_MS = 5;

/** Graphile Worker in a database of its own on the server of the suite. A job that has ended is no row any more. */
export async function openGraphile(suite: BenchSuite, concurrency: number): Promise<QueueSystem> {
  const { url } = await makeDatabase(suite, 'graphile');
  const pgPool = new pg.Pool({ connectionString: url, max: CONNECTIONS });
  pgPool.on('error', complain);
  pgPool.on('connect', (client) => client.on('error', complain));
  const utils = await makeWorkerUtils({ pgPool, logger: new Logger(() => () => undefined) });
  await utils.migrate();
  const worker = await WorkerProcess.start('graphile', url, concurrency);
  const add = async (payload: BenchPayload): Promise<void> => {
    await utils.addJob(GRAPHILE_TASK, payload);
  };
  const addJobs = async (payloads: readonly BenchPayload[]): Promise<void> => {
    await utils.addJobs(payloads.map((payload) => ({ identifier: GRAPHILE_TASK, payload })));
  };
  return {
    name: 'Graphile Worker',
    processes: { caller: [process.pid], worker: [worker.pid], postgres: suite.database.pids },
    ways: {
      addJob: (payloads) => inLanes(payloads, CALLS_AT_ONCE, add),
      addJobs: (payloads) => inChunks(payloads, JOBS_PER_CALL, addJobs),
    },
    add,
    allThere: () => Promise.resolve(),
    work: (on) => worker.work(on),
    expect: async (count) => {
      const ended = await worker.expect(count);
      return async () => {
        const lateness = await ended();
        await untilNoRow(pgPool);
        return lateness;
      };
    },
    stop: async () => {
      await worker.work(false);
      await worker.stop();
      await utils.release();
      await pgPool.end();
    },
  };
}

function complain({ message }: Error): void {
  process.stderr.write(`Graphile Worker's database: ${message}\n`);
}

/** Its event may come before the batch that completes the job. */
async function untilNoRow(pool: pg.Pool): Promise<void> {
  const isThere = 'SELECT EXISTS (SELECT FROM graphile_worker.jobs) AS there';
  while ((await pool.query<{ there: boolean }>(isThere)).rows[0]?.there === true) await wait(LOOK_EVERY_MS);
}
