import { setTimeout as wait } from 'node:timers/promises';
import { type Leveret } from '#libs/sdk';

const LOOK_EVERY_MS = 250;

/**
 * Waits until every one of the apps has announced a task.
 * @returns the apps whose tasks did not appear in time; empty when all are there.
 */
export async function awaitTasks(
  leveret: Leveret,
  apps: readonly string[],
  patienceMs: number,
): Promise<readonly string[]> {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    const queues = new Set<string>();
    for await (const { queue } of leveret.tasks.list({ limit: 200 })) queues.add(queue);
    const missing = apps.filter((app) => !queues.has(app));
    if (missing.length === 0 || Date.now() > deadline) return missing;
    await wait(LOOK_EVERY_MS);
  }
}
