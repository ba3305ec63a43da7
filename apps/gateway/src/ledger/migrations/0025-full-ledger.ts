import { type Migration } from '../migration.js';

/** What lists and searches need in a ledger of a million final jobs. */
export const fullLedger: Migration = {
  name: '0025-full-ledger',
  sql: `
-- A value that most completed jobs have in their metadata and no failed one has is not looked for among all of them.
CREATE INDEX jobs_unsuccessful_by_metadata ON jobs USING gin (metadata jsonb_path_ops)
  WHERE status IN ('failed', 'cancelled') AND metadata <> '{}';
-- A value that few jobs have is told from one that many have; the usual sample of 30,000 rows does not do that.
ALTER TABLE jobs ALTER COLUMN metadata SET STATISTICS 300;
-- Whether a file is named is asked more often than a job names one: no list of what is not sorted in yet is looked through.
ALTER INDEX jobs_by_file SET (fastupdate = off);
`,
};
