// pg-boss as its handbook describes a worker for throughput: it fetches and completes many at once. Its own loop would wait
// between two fetches however many jobs there are; this one waits only when it found none.
import { setTimeout as wait } from 'node:timers/promises';
import PgBoss from 'pg-boss';
import { type BenchPayload } from '../queue-system.js';
import { serve } from '../workplace.js';
import { BOSS_QUEUE } from './boss-queue.js';

const LOOK_EVERY_MS = 20;

serve(async (connectionString, batchSize, tally) => {
  const boss = new PgBoss({ connectionString, supervise: false, schedule: false });
  boss.on('error', (error) => process.stderr.write(`pg-boss: ${error.message}\n`));
  await boss.start();
  const portion = async (): Promise<number> => {
    const jobs = await boss.fetch<BenchPayload>(BOSS_QUEUE, { batchSize });
    for (const { data } of jobs) tally.started(data);
    if (jobs.length > 0) {
      const ids = jobs.map(({ id }) => id);
      await boss.complete(BOSS_QUEUE, ids);
    }
    for (const { data } of jobs) tally.ended(data);
    return jobs.length;
  };
  const whileOn = async (signal: AbortSignal): Promise<void> => {
    while (!signal.aborted) if ((await portion()) === 0) await wait(LOOK_EVERY_MS);
  };
  let working: { stop: AbortController; loop: Promise<void> } | undefined;
  return {
    work: async (on) => {
      if (on) {
        const stop = new AbortController();
        working ??= { stop, loop: whileOn(stop.signal) };
      } else {
        working?.stop.abort();
        await working?.loop;
        working = undefined;
      }
    },
  };
});
