import { type Migration } from '../migration.js';

/** Whether a batch has an open job is asked at nearly every end of one. */
export const openInBatch: Migration = {
  name: '0051-open-in-batch',
  sql: `
-- The newest job of a batch is mostly its last to end: whoever begins with it reads past no job that has ended. No other index has this
-- order, so that none is taken for it while the table is small.
DROP INDEX jobs_open_in_batch;
CREATE INDEX jobs_open_in_batch ON jobs (batch_id, id) WHERE batch_id IS NOT NULL AND completed_at IS NULL;
`,
};
