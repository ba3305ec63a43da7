import { type Migration } from '../migration.js';

/** What workers say of the things outside that they depend on. */
export const dependencies: Migration = {
  name: '0027-dependencies',
  sql: `
ALTER TABLE workers ADD COLUMN dependencies jsonb NOT NULL DEFAULT '[]';
`,
};
