import { type Migration } from '../migration.js';

/** What lets a transaction that finds rows by keys alone keep its plans. */
export const keptPlans: Migration = {
  name: '0045-kept-plans',
  sql: `
-- The ends of a statement are compared with the rows before it. Whoever runs it may have switched off every way to do that
-- but the one for a few rows.
ALTER FUNCTION note_ends() SET enable_hashjoin = on;
`,
};
