import { type WorkOrder } from '#libs/contracts';

/** Tells runs apart: a run is one message that the ledger sent out for a job. */
export function runKey({ jobId, run }: Pick<WorkOrder, 'jobId' | 'run'>): string {
  return `${jobId}/${run}`;
}
