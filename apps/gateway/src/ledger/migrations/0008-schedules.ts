import { type Migration } from '../migration.js';

/** Schedules, and what became of their ticks. */
export const schedules: Migration = {
  name: '0008-schedules',
  sql: `
CREATE TABLE schedules (
  id          uuid        PRIMARY KEY,
  tenant      text        NOT NULL,
  name        text        NOT NULL,
  -- Rises when a user changes the schedule; ticks leave it.
  version     integer     NOT NULL DEFAULT 1,
  cron        text,
  timezone    text        NOT NULL,
  -- A duration as it was given: text or milliseconds.
  every       json,
  -- The request of its jobs, as it was given, with the full name of the task.
  request     json        NOT NULL,
  enabled     boolean     NOT NULL,
  catch_up    text        NOT NULL CHECK (catch_up IN ('skip','once')),
  overlap     text        NOT NULL CHECK (overlap IN ('allow','skip','replace')),
  -- Where "every" counts from.
  anchor_at   timestamptz NOT NULL,
  -- The oldest tick of which nothing is noted yet; null while it is not enabled.
  next_run_at timestamptz,
  last_job_id uuid,
  -- How many runs have been noted.
  runs        bigint      NOT NULL DEFAULT 0,
  created_at  timestamptz NOT NULL DEFAULT date_trunc('milliseconds', now()),
  updated_at  timestamptz NOT NULL DEFAULT date_trunc('milliseconds', now()),
  CHECK ((cron IS NULL) <> (every IS NULL)),
  CHECK (enabled OR next_run_at IS NULL)
) WITH (fillfactor = 70);
CREATE INDEX schedules_due ON schedules (next_run_at) WHERE next_run_at IS NOT NULL;
CREATE INDEX schedules_by_tenant ON schedules (tenant, id DESC);

CREATE TABLE schedule_runs (
  schedule_id uuid        NOT NULL REFERENCES schedules ON DELETE CASCADE,
  number      bigint      NOT NULL,
  -- Null: started by hand.
  tick        timestamptz,
  outcome     text        NOT NULL CHECK (outcome IN ('started','skipped','refused')),
  job_id      uuid,
  reason      json,
  ran_at      timestamptz NOT NULL DEFAULT date_trunc('milliseconds', now()),
  PRIMARY KEY (schedule_id, number),
  CHECK ((job_id IS NOT NULL) = (outcome = 'started'))
);
`,
};
