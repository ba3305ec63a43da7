import { type Migration } from '../migration.js';

/** What the doctor compares of workers. */
export const doctor: Migration = {
  name: '0006-doctor',
  sql: `
ALTER TABLE workers
  -- How far its clock is behind the ledger's. What a heartbeat takes to arrive counts as behind, so the least that was
  -- seen lately comes nearest.
  ADD COLUMN clock_behind_ms double precision,
  -- The name of the file storage that it uses.
  ADD COLUMN storage text;
`,
};
