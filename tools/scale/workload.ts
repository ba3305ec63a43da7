import { hostname } from 'node:os';
import { type Leveret, type Queue, type WorkerProcess } from '#libs/sdk';

/** A queue, and the processes that work on it, as the gateway tells of them. */
export interface Workload {
  readonly queue: Queue;
  /** Those that were heard of just now, wherever they run. */
  readonly workers: readonly WorkerProcess[];
}

/** @throws LeveretError when the gateway does not answer, or has no such queue */
export async function readWorkload(leveret: Leveret, name: string, signal: AbortSignal): Promise<Workload> {
  const [queue, workers] = await Promise.all([leveret.queues.get(name, { signal }), workersOf(leveret, name, signal)]);
  return { queue, workers };
}

async function workersOf(leveret: Leveret, queue: string, signal: AbortSignal): Promise<readonly WorkerProcess[]> {
  const found: WorkerProcess[] = [];
  for await (const worker of leveret.workers.list({ limit: 200, alive: true }, { signal })) {
    if (worker.queue === queue) found.push(worker);
  }
  return found;
}

/** The worker that a process of this machine is; its id is `<domain>@<host>:<pid>-<…>`. */
export function workerOf(pid: number | undefined, workers: readonly WorkerProcess[]): WorkerProcess | undefined {
  if (pid === undefined) return undefined;
  return workers.find(({ id }) => id.includes(`@${hostname()}:${pid}-`));
}

/** How many jobs they do at once. */
export function slotsOf(workers: readonly WorkerProcess[]): number {
  return workers.reduce((sum, { concurrency }) => sum + concurrency, 0);
}
