import { type Migration } from '../migration.js';

/** What it takes to let go of what is old. */
export const retention: Migration = {
  name: '0015-retention',
  sql: `
-- The ids of the uploads that the payload names, and of the jobs whose files it names. Null: none.
ALTER TABLE jobs ADD COLUMN files uuid[];
CREATE INDEX jobs_by_file ON jobs USING gin (files) WHERE files IS NOT NULL;
-- What failed of a large batch is found without looking at the rest of it.
CREATE INDEX jobs_failed_in_batch ON jobs (batch_id, created_at DESC, id DESC) WHERE status = 'failed' AND batch_id IS NOT NULL;
CREATE INDEX jobs_ended ON jobs (status, completed_at) WHERE completed_at IS NOT NULL;

CREATE TABLE uploads (
  id           uuid        PRIMARY KEY,
  tenant       text        NOT NULL,
  -- When it was last known that something names it, or when it came.
  used_at      timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX uploads_by_use ON uploads (used_at);

CREATE INDEX events_by_time ON events (received_at);
CREATE INDEX trigger_runs_by_time ON trigger_runs (ran_at);
CREATE INDEX schedule_runs_by_time ON schedule_runs (ran_at);
CREATE INDEX batches_by_end ON batches (completed_at) WHERE completed_at IS NOT NULL;
`,
};
