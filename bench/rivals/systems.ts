import { setTimeout as wait } from 'node:timers/promises';
import { type BenchSuite, LAB_CONCURRENCY } from '../bench-suite.js';
import { openLeveret } from '../leveret-system.js';
import { openBareAmqp } from './bare-amqp/bare-amqp.js';
import { openBullmq } from './bullmq/bullmq.js';
import { openGraphile } from './graphile/graphile.js';
import { openPgBoss } from './pg-boss/pg-boss.js';
import { type QueueSystem } from './queue-system.js';

const RIVALS = [openBareAmqp, openBullmq, openPgBoss, openGraphile] as const;

/** Opens every system, with so many jobs at once in its one process; each rests unless it is at work. */
export async function withSystems<T>(
  suite: BenchSuite,
  { concurrency, settleMs }: { readonly concurrency: number; readonly settleMs: number },
  measure: (systems: readonly QueueSystem[]) => Promise<T>,
): Promise<T> {
  const systems: QueueSystem[] = [];
  try {
    // One after the other, so that each has the machine to itself while it starts.
    for (const open of RIVALS) systems.push(await open(suite, concurrency));
    if (concurrency !== LAB_CONCURRENCY) await suite.restart('lab', { CONCURRENCY: String(concurrency) });
    systems.push(await openLeveret(suite));
    await wait(settleMs);
    return await measure(systems);
  } finally {
    for (const system of systems) await system.stop();
    if (concurrency !== LAB_CONCURRENCY) await suite.restart('lab');
  }
}
