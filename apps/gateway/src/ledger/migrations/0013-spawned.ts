import { type Migration } from '../migration.js';

/** Batches of jobs that a job has spawned; such a batch has the id of that job. */
export const spawned: Migration = {
  name: '0013-spawned',
  sql: `
-- How many jobs the job says that it has spawned; they may come in after its end.
ALTER TABLE batches ADD COLUMN expected integer NOT NULL DEFAULT 0;

-- Spawned jobs that were not taken in: nobody waits for them.
CREATE TABLE spawn_refusals (
  batch_id uuid NOT NULL,
  job_id   uuid NOT NULL,
  PRIMARY KEY (batch_id, job_id)
);
`,
};
