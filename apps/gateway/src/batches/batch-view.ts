import { isFinal, JOB_STATUSES } from '#libs/contracts';
import { type Batch } from '../ledger/batch-store.js';

/** A batch as users see it. */
export interface ShownBatch extends Batch {
  /** Of the jobs, how many have ended: 100 only when all have. */
  readonly percent: number;
}

/** Jobs that were deleted had ended. */
export function shownBatch(batch: Batch): ShownBatch {
  const open = JOB_STATUSES.filter((status) => !isFinal(status)).reduce((sum, status) => sum + batch.counts[status], 0);
  const { id, tenant, total, counts, createdAt, completedAt } = batch;
  const percent = total === 0 ? 100 : Math.floor((100 * (total - open)) / total);
  return { id, tenant, total, counts, percent, createdAt, completedAt };
}
