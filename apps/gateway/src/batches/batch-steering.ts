import { type JobStatus } from '#libs/contracts';
import { type BatchStore } from '../ledger/batch-store.js';
import { type JobSteering } from '../ledger/job-steering.js';

const AT_ONCE = 500;
const OPEN: readonly JobStatus[] = ['scheduled', 'queued', 'running', 'retrying'];

/** Moves the jobs of a batch by hand, some hundred in each transaction. */
export class BatchSteering {
  constructor(
    private readonly batches: BatchStore,
    private readonly steering: JobSteering,
  ) {}

  /** Cancels the jobs that are not final, or asks their workers to stop. Returns how many. */
  async cancel(id: string): Promise<number> {
    return this.#each(id, OPEN, (ids) => this.steering.cancel(ids));
  }

  /** Queues the failed jobs again, except those whose unique key another open job holds. Returns how many. */
  async retry(id: string): Promise<number> {
    return this.#each(id, ['failed'], (ids) => this.steering.retry(ids));
  }

  async #each(
    id: string,
    statuses: readonly JobStatus[],
    steer: (ids: readonly string[]) => Promise<readonly string[]>,
  ): Promise<number> {
    let steered = 0;
    let after: string | null = null;
    for (;;) {
      const ids: readonly string[] = await this.batches.jobIds(id, statuses, { after, limit: AT_ONCE });
      if (ids.length > 0) steered += (await steer(ids)).length;
      if (ids.length < AT_ONCE) return steered;
      after = ids.at(-1) ?? null;
    }
  }
}
