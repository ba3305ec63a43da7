import { type Migration } from '../migration.js';

/** Batches, unique keys and the keys of requests that are sent again. */
export const batches: Migration = {
  name: '0009-batches',
  sql: `
CREATE TABLE batches (
  id         uuid        PRIMARY KEY,
  tenant     text        NOT NULL,
  -- The jobs that were entered with it; deleted ones still count.
  total      integer     NOT NULL,
  created_at timestamptz NOT NULL DEFAULT date_trunc('milliseconds', now())
);
CREATE INDEX jobs_by_batch ON jobs (batch_id, created_at DESC, id DESC) WHERE batch_id IS NOT NULL;

-- A unique key is held while its job is open, and until this time in any case.
ALTER TABLE jobs ADD COLUMN unique_until timestamptz;
CREATE UNIQUE INDEX jobs_unique_while_open ON jobs (tenant, task, unique_key)
  WHERE unique_key IS NOT NULL AND completed_at IS NULL;
CREATE INDEX jobs_unique_for_a_time ON jobs (tenant, task, unique_key, unique_until) WHERE unique_until IS NOT NULL;

CREATE TABLE idempotency_keys (
  tenant      text        NOT NULL,
  key         text        NOT NULL,
  -- SHA-256 of the request.
  fingerprint bytea       NOT NULL,
  -- The id of what the request has made, and what else its answer needs.
  made        uuid        NOT NULL,
  answer      json,
  expires_at  timestamptz NOT NULL,
  PRIMARY KEY (tenant, key)
);
CREATE INDEX idempotency_keys_expiring ON idempotency_keys (expires_at);
`,
};
