import { type BenchSuite } from './bench-suite.js';
import { CostMeter } from './costs.js';
import { HttpEntry } from './entry.js';
import { Ledger } from './ledger.js';
import { type Sample } from './question.js';

const MOST_JOBS_PER_BATCH = 1_000;
/** Well below what a call may have. */
const BYTES_PER_BATCH = 4_000_000;
const BYTES_BESIDE_BALLAST = 100;

/** No-op jobs that are entered by batches. */
export interface BatchedJobs {
  readonly jobs: number;
  /** They go to these in turns. */
  readonly queues: readonly string[];
  readonly ballastBytes: number;
  /** That of each job, by its number; the task's own when there is none. */
  readonly priority?: (index: number) => number;
}

/** Such jobs on their way from the first call to the last final status. */
export interface Flow extends BatchedJobs {
  /** The processes that work on them, by their names in the suite. */
  readonly apps: readonly string[];
  /** The ledger of the gateway when it is not that of the suite. */
  readonly ledgerUrl?: string;
}

/** What is usual. */
export const PLAIN = { queues: ['lab'], apps: ['lab'], ballastBytes: 300 } as const;

/** Jobs a second, and what they cost. */
export async function flow(suite: BenchSuite, wanted: Flow): Promise<Sample> {
  const ledger = new Ledger(wanted.ledgerUrl ?? suite.database.url, wanted.queues);
  await ledger.open();
  try {
    const before = await ledger.completed();
    const meter = new CostMeter(suite.processesOf('gateway', ...wanted.apps));
    const began = performance.now();
    await enterBatches(suite, wanted);
    await ledger.until(before + wanted.jobs);
    const seconds = (performance.now() - began) / 1_000;
    return { value: wanted.jobs / seconds, also: meter.per('job', wanted.jobs) };
  } finally {
    await ledger.close();
  }
}

/** Enters jobs, one call after the other. */
export async function enterBatches(suite: BenchSuite, wanted: BatchedJobs): Promise<void> {
  const { jobs, queues, ballastBytes, priority } = wanted;
  const size = Math.min(MOST_JOBS_PER_BATCH, Math.ceil(BYTES_PER_BATCH / (ballastBytes + BYTES_BESIDE_BALLAST)));
  const payload = { ballast: 'x'.repeat(ballastBytes) };
  const jobOf = (index: number): object => ({
    ...{ task: `${queues[index % queues.length] ?? ''}.noop`, payload },
    ...(priority === undefined ? {} : { priority: priority(index) }),
  });
  const entry = new HttpEntry(suite);
  try {
    for (let start = 0; start < jobs; start += size) {
      await entry.many(Array.from({ length: Math.min(size, jobs - start) }, (_, index) => jobOf(start + index)));
    }
  } finally {
    entry.close();
  }
}
