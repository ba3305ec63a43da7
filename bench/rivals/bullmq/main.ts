// BullMQ's worker, which keeps its last thousand jobs, as its handbook advises.
import { Worker } from 'bullmq';
import { type BenchPayload } from '../queue-system.js';
import { serve } from '../workplace.js';
import { connectionOf, REDIS_QUEUE } from './redis-queue.js';

const KEPT = { count: 1_000 };

serve(async (url, concurrency, tally) => {
  const run = async ({ data }: { data: BenchPayload }): Promise<null> => {
    tally.started(data);
    return null;
  };
  const worker = new Worker<BenchPayload, null>(REDIS_QUEUE, run, {
    ...{ connection: connectionOf(url), concurrency, autorun: false },
    ...{ removeOnComplete: KEPT, removeOnFail: KEPT },
  });
  // By then its script has told Redis.
  worker.on('completed', ({ data }) => {
    tally.ended(data);
  });
  worker.on('error', (error) => process.stderr.write(`BullMQ's worker: ${error.message}\n`));
  await worker.waitUntilReady();
  return {
    work: async (on) => {
      if (!on) await worker.pause();
      else if (worker.isPaused()) await worker.resume();
      else void worker.run();
    },
  };
});
