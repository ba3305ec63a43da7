/** SQL: the job of the row `jobs` belongs to a paused batch. Asked for many rows, it is looked up once. */
export const IN_PAUSED_BATCH = `(jobs.batch_id IS NOT NULL AND jobs.batch_id IN (SELECT id FROM batches WHERE paused_at IS NOT NULL))`;
