import { type HeldMemory, TIMES } from '#libs/contracts';
import { type WorkerRecord } from '../ledger/worker-store.js';

/** One start of one process of a consumer app, as operators see it. */
export interface ShownWorker {
  readonly id: string;
  readonly domain: string;
  readonly queue: string;
  readonly appVersion: string;
  /** Jobs at once. */
  readonly concurrency: number;
  readonly startedAt: string;
  readonly heardAt: string;
  /** False when it has been silent for so long that its runs are given up for lost when their messages come back. */
  readonly alive: boolean;
  /** What it has in hand. */
  readonly runs: readonly { readonly jobId: string; readonly run: number }[];
  /** Of the process itself, in bytes; null of an app that does not tell. */
  readonly memory: HeldMemory | null;
}

export function shownWorker(worker: WorkerRecord): ShownWorker {
  return {
    id: worker.id,
    domain: worker.domain,
    queue: worker.domain,
    appVersion: worker.appVersion,
    concurrency: worker.concurrency,
    startedAt: worker.firstHeardAt.toISOString(),
    heardAt: worker.heardAt.toISOString(),
    alive: worker.heardMsAgo < TIMES.silenceMs,
    runs: worker.runs.map(({ job, run }) => ({ jobId: job, run })),
    memory: worker.memory,
  };
}
