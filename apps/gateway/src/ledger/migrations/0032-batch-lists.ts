import { type Migration } from '../migration.js';

/** Batches are listed, newest first. */
export const batchLists: Migration = {
  name: '0032-batch-lists',
  sql: `
CREATE INDEX batches_by_time ON batches (created_at DESC, id DESC);
CREATE INDEX batches_of_tenant ON batches (tenant, created_at DESC, id DESC);
CREATE INDEX batches_open ON batches (created_at DESC, id DESC) WHERE completed_at IS NULL;
`,
};
