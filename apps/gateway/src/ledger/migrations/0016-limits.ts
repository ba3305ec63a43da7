import { type Migration } from '../migration.js';

/** What a key and a tenant may at most. */
export const limits: Migration = {
  name: '0016-limits',
  sql: `
-- Null: no limit.
ALTER TABLE api_keys
  ADD COLUMN requests_per_second integer  CHECK (requests_per_second > 0),
  ADD COLUMN max_open_jobs       integer  CHECK (max_open_jobs > 0),
  ADD COLUMN max_priority        smallint CHECK (max_priority BETWEEN 0 AND 9);

CREATE TABLE tenant_limits (
  tenant              text    PRIMARY KEY,
  requests_per_second integer CHECK (requests_per_second > 0),
  max_open_jobs       integer CHECK (max_open_jobs > 0),
  max_running_jobs    integer CHECK (max_running_jobs > 0)
);

-- How much of what a key or tenant may do in a second is left: nothing before full_at, all of it from then on. Of no use
-- after a crash, and written often: it is not logged.
CREATE UNLOGGED TABLE request_rates (
  subject    text        PRIMARY KEY,
  per_second integer     NOT NULL,
  full_at    timestamptz NOT NULL,
  -- What the latest asking was given.
  granted    integer     NOT NULL
) WITH (fillfactor = 50);

-- The key that a job came with, when the number of its open jobs has a limit.
ALTER TABLE jobs ADD COLUMN api_key_id uuid;
CREATE INDEX jobs_open_by_key ON jobs (api_key_id) WHERE api_key_id IS NOT NULL AND completed_at IS NULL;
`,
};
