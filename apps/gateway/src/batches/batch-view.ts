import { isFinal, JOB_STATUSES } from '#libs/contracts';
import { type Batch } from '../ledger/batch-reads.js';

/** A batch as users see it. */
export interface ShownBatch extends Omit<Batch, 'missing'> {
  /** Of the jobs, how many have ended: 100 only when all have. */
  readonly percent: number;
  readonly paused: boolean;
}

/** Jobs that were deleted had ended. */
export function shownBatch({ missing, ...batch }: Batch): ShownBatch {
  const { id, tenant, counts, createdAt, completedAt, pausedAt } = batch;
  const total = batch.total + missing;
  const open = JOB_STATUSES.filter((status) => !isFinal(status)).reduce((sum, status) => sum + counts[status], missing);
  const percent = total === 0 ? 100 : Math.floor((100 * (total - open)) / total);
  return { id, tenant, total, counts, percent, paused: pausedAt !== null, pausedAt, createdAt, completedAt };
}
