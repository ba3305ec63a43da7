import { setImmediate as turn, setTimeout as wait } from 'node:timers/promises';
import { errorMessage } from '../tools/console/problem.js';
import { preciseNow } from './rivals/queue-system.js';

const TICK_MS = 1;

/**
 * Makes calls at a steady rate, whether or not earlier ones have been answered, as callers do who know nothing of each other.
 * Each is told when it was due, from which its time counts: a system that falls behind cannot hide it.
 * @throws Error when one has failed, when all that were made have ended
 */
export async function atRate(
  { perSecond, count }: { readonly perSecond: number; readonly count: number },
  call: (due: number, index: number) => Promise<void>,
): Promise<void> {
  const first = preciseNow();
  const calls: Promise<void>[] = [];
  const failures: unknown[] = [];
  while (calls.length < count && failures.length === 0) {
    const due = first + (calls.length * 1_000) / perSecond;
    if (due > preciseNow()) {
      await wait(TICK_MS);
    } else {
      calls.push(call(due, calls.length).catch((error: unknown) => void failures.push(error)));
      await turn();
    }
  }
  await Promise.all(calls);
  if (failures.length > 0) throw new Error(`${failures.length} of ${count} calls failed: ${errorMessage(failures[0])}`);
}
