/** SQL: the job of the row `jobs` belongs to a paused batch. Asked for many rows, it is looked up once. */
export const IN_PAUSED_BATCH = `(jobs.batch_id IS NOT NULL AND jobs.batch_id IN (SELECT id FROM batches WHERE paused_at IS NOT NULL))`;

/** SQL: how a job of the row `jobs` is held that no pause holds, and that has no message yet. */
export const IN_LINE = "CASE WHEN jobs.concurrency_key IS NULL THEN 'turn' ELSE 'key' END";
