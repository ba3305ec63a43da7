import { type Migration } from '../migration.js';

/** How long runs have waited, beside how long they took. */
export const waitingTimes: Migration = {
  name: '0050-waiting-times',
  sql: `
-- Runs that had waited as long as the bucket says when they began, and how long all of them together.
ALTER TABLE queue_durations ADD COLUMN waits bigint NOT NULL DEFAULT 0, ADD COLUMN waited_ms bigint NOT NULL DEFAULT 0;
`,
};
