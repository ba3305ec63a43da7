// Graphile Worker as its handbook sets it for throughput: jobs are fetched and completed in batches.
import { EventEmitter } from 'node:events';
import { Logger, run, type Runner, type WorkerEvents } from 'graphile-worker';
import { type BenchPayload } from '../queue-system.js';
import { serve } from '../workplace.js';
import { GRAPHILE_TASK } from './graphile-task.js';

const FETCHED_AT_ONCE = 500;
const QUIET = new Logger(() => () => undefined);
const preset = { worker: { localQueue: { size: FETCHED_AT_ONCE }, completeJobBatchDelay: 0, failJobBatchDelay: 0 } };

serve(async (connectionString, concurrency, tally) => {
  const events = new EventEmitter() as WorkerEvents;
  events.on('job:complete', ({ job }) => tally.ended(job.payload as BenchPayload));
  const taskList = {
    [GRAPHILE_TASK]: async (payload: unknown): Promise<void> => tally.started(payload as BenchPayload),
  };
  let runner: Runner | undefined;
  return {
    work: async (on) => {
      if (on) {
        runner ??= await run({
          ...{ connectionString, concurrency, taskList, events, preset },
          ...{ noHandleSignals: true, logger: QUIET },
        });
      } else {
        await runner?.stop();
        runner = undefined;
      }
    },
  };
});
