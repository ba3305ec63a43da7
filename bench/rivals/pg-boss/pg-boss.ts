import PgBoss from 'pg-boss';
import { type BenchSuite } from '../../bench-suite.js';
import { makeDatabase } from '../../databases.js';
import { inChunks, inLanes } from '../../lanes.js';
import { type BenchPayload, type QueueSystem } from '../queue-system.js';
import { WorkerProcess } from '../worker-process.js';
import { BOSS_QUEUE } from './boss-queue.js';

const CALLS_AT_ONCE = 50;
const JOBS_PER_CALL = 500;
/** Its handbook's way to throughput, whatever the others take at once. */
const FETCHED_AT_ONCE = 500;

/** pg-boss in a database of its own on the server of the suite. */
export async function openPgBoss(suite: BenchSuite): Promise<QueueSystem> {
  const { url } = await makeDatabase(suite, 'pg_boss');
  const boss = new PgBoss({ connectionString: url, supervise: false, schedule: false });
  await boss.start();
  await boss.createQueue(BOSS_QUEUE);
  const worker = await WorkerProcess.start('pg-boss', url, FETCHED_AT_ONCE);
  const add = async (payload: BenchPayload): Promise<void> => {
    await boss.send(BOSS_QUEUE, payload);
  };
  const insert = (payloads: readonly BenchPayload[]): Promise<void> =>
    boss.insert(payloads.map((data) => ({ name: BOSS_QUEUE, data })));
  return {
    name: `pg-boss, ${FETCHED_AT_ONCE} at once`,
    processes: { caller: [process.pid], worker: [worker.pid], postgres: suite.database.pids },
    ways: {
      send: (payloads) => inLanes(payloads, CALLS_AT_ONCE, add),
      insert: (payloads) => inChunks(payloads, JOBS_PER_CALL, insert),
    },
    add,
    allThere: () => Promise.resolve(),
    work: (on) => worker.work(on),
    expect: (count) => worker.expect(count),
    stop: async () => {
      await worker.stop();
      await boss.stop({ graceful: false });
    },
  };
}
