import { type Migration } from '../migration.js';

/** What workers say of their memory; and the jobs of batches are counted by status without a look at each of them. */
export const workerMemory: Migration = {
  name: '0039-worker-memory',
  sql: `
-- { "rss", "limit" } in bytes; null of apps that do not tell.
ALTER TABLE workers ADD COLUMN memory jsonb;

-- A job whose status changes is entered anew in every index as it is, so that the status costs no further entry.
DROP INDEX jobs_by_batch;
CREATE INDEX jobs_by_batch ON jobs (batch_id, created_at DESC, id DESC) INCLUDE (status) WHERE batch_id IS NOT NULL;
`,
};
