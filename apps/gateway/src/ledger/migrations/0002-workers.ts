import { type Migration } from '../migration.js';

/** Who works, as heartbeats say; and what jobs have to remember of workers that are gone. */
export const workers: Migration = {
  name: '0002-workers',
  sql: `
-- One row for each start of each process of a consumer app; times are the ledger's.
CREATE TABLE workers (
  domain          text        NOT NULL,
  id              text        NOT NULL,
  app_version     text        NOT NULL,
  concurrency     integer     NOT NULL,
  -- What it has in hand: [{ "job", "run" }].
  runs            jsonb       NOT NULL,
  -- Counts its heartbeats: what is older than known is passed over.
  seq             bigint      NOT NULL,
  first_heard_at  timestamptz NOT NULL DEFAULT now(),
  heard_at        timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (domain, id)
) WITH (fillfactor = 50);

ALTER TABLE jobs
  -- Attempts that were charged because their worker was gone.
  ADD COLUMN losses smallint NOT NULL DEFAULT 0,
  -- The message of the newest run has come back while it ran: only its worker still has it.
  ADD COLUMN returned_at timestamptz,
  -- The priority of the newest message when it is not the job's own.
  ADD COLUMN sent_priority smallint;
CREATE INDEX jobs_returned ON jobs (id) WHERE returned_at IS NOT NULL;
`,
};
