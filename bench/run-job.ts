import { type JobRequest } from '#libs/sdk';
import { type BenchSuite } from './bench-suite.js';

/** Enqueues a job and waits for its end. @throws JobFailedError */
export async function runJob({ leveret }: BenchSuite, job: JobRequest): Promise<void> {
  const { id } = await leveret.worker.enqueue(job);
  await leveret.jobs.result(id);
}
