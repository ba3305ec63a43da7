import { setTimeout as delay } from 'node:timers/promises';
import { type JobStatus } from '#libs/contracts';
import { later } from '../http/problem.js';
import { type BatchStore } from '../ledger/batch-store.js';
import { type JobSteering } from '../ledger/job-steering.js';
import { type SpawnStore } from '../ledger/spawn-store.js';

const AT_ONCE = 500;
const OPEN: readonly JobStatus[] = ['scheduled', 'queued', 'running', 'retrying'];
const PATIENCE_MS = 8_000;
const LOOK_EVERY_MS = 100;
const RETRY_SECONDS = 2;

/** Moves the jobs of a batch by hand, some hundred in each transaction. */
export class BatchSteering {
  /** @param patienceMs how long a call waits for jobs that are on their way into the batch */
  constructor(
    private readonly batches: Pick<BatchStore, 'jobIds'>,
    private readonly steering: Pick<JobSteering, 'cancel' | 'retry'>,
    private readonly spawns: Pick<SpawnStore, 'batchesUnder' | 'areFilling'>,
    private readonly patienceMs = PATIENCE_MS,
  ) {}

  /**
   * Cancels the jobs that are not final, or asks their workers to stop: those of the batch, those of the batches that they
   * have spawned, and the one that spawns the batch. Settles when none can come in any more. Returns how many.
   * @throws Problem 503 when some are still on their way
   */
  async cancel(id: string): Promise<number> {
    const deadline = performance.now() + this.patienceMs;
    const cancelled = new Set<string>();
    for (;;) {
      const batches = await this.spawns.batchesUnder(id);
      // Asked first: what has come in until then is among the jobs that are cancelled now.
      const filling = await this.spawns.areFilling(batches);
      await this.#cancel([id], cancelled);
      for (const batch of batches) await this.#each(batch, OPEN, (ids) => this.#cancel(ids, cancelled));
      if (!filling) return cancelled.size;
      if (performance.now() > deadline) throw stillFilling();
      await delay(LOOK_EVERY_MS);
    }
  }

  /** Queues the failed jobs again, except those whose unique key another open job holds. Returns how many. */
  async retry(id: string): Promise<number> {
    let retried = 0;
    await this.#each(id, ['failed'], async (ids) => {
      retried += (await this.steering.retry(ids)).length;
    });
    return retried;
  }

  /** A worker that has been asked to stop is not asked again. */
  async #cancel(ids: readonly string[], cancelled: Set<string>): Promise<void> {
    const open = ids.filter((id) => !cancelled.has(id));
    if (open.length === 0) return;
    for (const id of await this.steering.cancel(open)) cancelled.add(id);
  }

  async #each(
    id: string,
    statuses: readonly JobStatus[],
    steer: (ids: readonly string[]) => Promise<void>,
  ): Promise<void> {
    let after: string | null = null;
    for (;;) {
      const ids: readonly string[] = await this.batches.jobIds(id, statuses, { after, limit: AT_ONCE });
      if (ids.length > 0) await steer(ids);
      if (ids.length < AT_ONCE) return;
      after = ids.at(-1) ?? null;
    }
  }
}

function stillFilling(): Error {
  const detail =
    'What has come into the batch is cancelled; more is on its way. Cancel it again to be sure of that, too.';
  return later(503, detail, RETRY_SECONDS, 'batch_filling');
}
