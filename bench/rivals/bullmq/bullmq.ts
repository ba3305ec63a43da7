import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { type BenchSuite } from '../../bench-suite.js';
import { inChunks, inLanes } from '../../lanes.js';
import { type BenchPayload, type QueueSystem, type Way } from '../queue-system.js';
import { WorkerProcess } from '../worker-process.js';
import { connectionOf, REDIS_QUEUE } from './redis-queue.js';

const JOB = 'noop';
const CALLS_AT_ONCE = 1_000;
const JOBS_PER_CALL = 500;

/** BullMQ on a Redis that appends to its file, as a user may set it: at each write, or each second. */
export async function openBullmq(suite: BenchSuite, concurrency: number): Promise<QueueSystem> {
  const redis = await suite.redis();
  const queue = new Queue<BenchPayload>(REDIS_QUEUE, { connection: connectionOf(redis.url) });
  const settings = new Redis(redis.url);
  await settings.config('SET', 'appendfsync', 'everysec');
  const worker = await WorkerProcess.start('bullmq', redis.url, concurrency);
  const add = async (payload: BenchPayload): Promise<void> => {
    await queue.add(JOB, payload);
  };
  const addBulk = async (payloads: readonly BenchPayload[]): Promise<void> => {
    await queue.addBulk(payloads.map((data) => ({ name: JOB, data })));
  };
  const under = (fsync: 'everysec' | 'always', enter: Way): Way => {
    return async (payloads) => {
      await settings.config('SET', 'appendfsync', fsync);
      await enter(payloads);
    };
  };
  const one: Way = (payloads) => inLanes(payloads, CALLS_AT_ONCE, add);
  const many: Way = (payloads) => inChunks(payloads, JOBS_PER_CALL, addBulk);
  return {
    name: 'BullMQ',
    processes: { caller: [process.pid], worker: [worker.pid], redis: redis.pids },
    ways: {
      'add, everysec': under('everysec', one),
      'addBulk, everysec': under('everysec', many),
      'add, always': under('always', one),
      'addBulk, always': under('always', many),
    },
    add,
    allThere: () => Promise.resolve(),
    work: (on) => worker.work(on),
    expect: (count) => worker.expect(count),
    stop: async () => {
      await worker.stop();
      await queue.close();
      settings.disconnect();
    },
  };
}
