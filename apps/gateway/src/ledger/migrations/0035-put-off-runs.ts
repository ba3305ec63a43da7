import { type Migration } from '../migration.js';

/** Why a run was put off, which costs no attempt and is no error. */
export const putOffRuns: Migration = {
  name: '0035-put-off-runs',
  sql: 'ALTER TABLE attempts ADD COLUMN reason text',
};
