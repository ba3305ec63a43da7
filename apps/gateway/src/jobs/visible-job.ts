import { type Job } from '#libs/contracts';
import { type Caller, visibleTenant } from '../api-keys/caller.js';
import { pathId } from '../http/ids.js';
import { missing } from '../http/problem.js';
import { type JobStore } from '../ledger/job-store.js';

/**
 * The job of a path, if the caller may see it.
 * @throws Problem 404, the same for a job of another tenant as for none
 */
export async function visibleJob(jobs: JobStore, id: string, caller: Caller): Promise<Job> {
  const { watch } = caller;
  const job = await jobs.find(pathId('job', id), watch === undefined ? visibleTenant(caller) : null);
  if (job === undefined || (watch !== undefined && watch.jobId !== id)) throw missing('job', id);
  return job;
}
