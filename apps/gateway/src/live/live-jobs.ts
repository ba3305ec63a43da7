import { type Caller } from '../api-keys/caller.js';
import { pathId } from '../http/ids.js';
import { visibleJob } from '../jobs/visible-job.js';
import { type JobStore } from '../ledger/job-store.js';
import { type TellingStore } from '../ledger/telling-store.js';
import { type JobUpdate, JobUpdates } from './job-updates.js';
import { type JobWatches } from './job-watches.js';

/** How a listener wants to hear of a job. */
export interface Hearing {
  readonly withLog: boolean;
  /** The version up to which it knows all. */
  readonly since: number | undefined;
  /** Aborts when the listener is gone, or must go. */
  readonly signal: AbortSignal;
}

/** Opens jobs to listeners, whatever they listen by. */
export class LiveJobs {
  constructor(
    private readonly watches: JobWatches,
    private readonly jobs: JobStore,
    private readonly telling: TellingStore,
  ) {}

  /**
   * What happens to a job, from its present state on.
   * @throws Problem 404 when the caller may not see it, the same as when there is none
   */
  async listen(id: string, caller: Caller, hearing: Hearing): Promise<AsyncGenerator<JobUpdate, void, undefined>> {
    const watch = this.watches.open(pathId('job', id));
    const close = (): void => this.watches.close(watch);
    hearing.signal.addEventListener('abort', close, { once: true });
    if (hearing.signal.aborted) close();
    try {
      const job = await visibleJob(this.jobs, id, caller);
      const { jobs, telling: log } = this;
      const updates = new JobUpdates(watch, hearing.withLog ? { jobs, log } : { jobs });
      return closing(updates.from(job, hearing.since), close);
    } catch (error) {
      close();
      throw error;
    }
  }
}

async function* closing<T>(items: AsyncGenerator<T, void, undefined>, close: () => void): typeof items {
  try {
    yield* items;
  } finally {
    close();
  }
}
