import { type Migration } from '../migration.js';

/** What jobs were asked for with, so that another can be asked for in the same way. */
export const givenOptions: Migration = {
  name: '0049-given-options',
  sql: `
-- Of a request, the options that cannot be read off the job: what its task says without them stands in their columns as well.
-- Null when none of them was given, as of jobs from before.
ALTER TABLE jobs ADD COLUMN given_options json;
`,
};
