import { type Migration } from '../migration.js';

/** Jobs that a pause holds are found by their batch: those among them that a broken resume has left. */
export const leftPaused: Migration = {
  name: '0040-left-paused',
  sql: `CREATE INDEX jobs_held_by_batch ON jobs (batch_id) WHERE held = 'batch';`,
};
