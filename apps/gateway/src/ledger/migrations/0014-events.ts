import { type Migration } from '../migration.js';

/** Events, the triggers that start jobs of them, and what became of each. */
export const events: Migration = {
  name: '0014-events',
  sql: `
CREATE TABLE triggers (
  id         uuid        PRIMARY KEY,
  tenant     text        NOT NULL,
  name       text        NOT NULL,
  -- Rises when a user changes the trigger.
  version    integer     NOT NULL DEFAULT 1,
  pattern    text        NOT NULL,
  filter     json        NOT NULL,
  -- The request of its jobs, as it was given, with the full name of the task.
  request    json        NOT NULL,
  enabled    boolean     NOT NULL,
  created_at timestamptz NOT NULL DEFAULT date_trunc('milliseconds', now()),
  updated_at timestamptz NOT NULL DEFAULT date_trunc('milliseconds', now())
);
CREATE INDEX triggers_by_tenant ON triggers (tenant, id DESC);
CREATE INDEX triggers_by_pattern ON triggers (pattern) WHERE enabled;

-- The patterns that let events into the queue of the gateways, or are to do so. A row is locked by whoever makes a trigger
-- want it, and by whoever takes its binding away, so that neither undoes what the other does.
CREATE TABLE event_patterns (
  pattern  text        PRIMARY KEY,
  bound_at timestamptz
);

CREATE TABLE events (
  uid         uuid        PRIMARY KEY,
  tenant      text        NOT NULL,
  -- As its sender names it.
  id          text        NOT NULL,
  type        text        NOT NULL,
  data        json        NOT NULL,
  received_at timestamptz NOT NULL DEFAULT date_trunc('milliseconds', now()),
  -- When its triggers have fired; null: that is still to be done.
  fired_at    timestamptz,
  UNIQUE (tenant, id)
) WITH (fillfactor = 80);
CREATE INDEX events_to_fire ON events (uid) WHERE fired_at IS NULL;

CREATE TABLE trigger_runs (
  number     bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  trigger_id uuid        NOT NULL REFERENCES triggers ON DELETE CASCADE,
  event_uid  uuid        NOT NULL,
  event_id   text        NOT NULL,
  event_type text        NOT NULL,
  outcome    text        NOT NULL CHECK (outcome IN ('started','skipped','refused')),
  job_id     uuid,
  reason     json,
  ran_at     timestamptz NOT NULL DEFAULT date_trunc('milliseconds', now()),
  CHECK ((job_id IS NOT NULL) = (outcome = 'started'))
);
CREATE INDEX trigger_runs_by_trigger ON trigger_runs (trigger_id, number DESC);
CREATE UNIQUE INDEX trigger_runs_once ON trigger_runs (event_uid, trigger_id);

ALTER TABLE outbox
  -- Of an event that is to be published.
  ADD COLUMN event_uid uuid,
  DROP CONSTRAINT outbox_kind_check,
  ADD CONSTRAINT outbox_kind_check CHECK (kind IN ('work','void','dead-letter','pause','resume','event')),
  DROP CONSTRAINT outbox_is_about,
  ADD CONSTRAINT outbox_is_about CHECK (CASE
    WHEN kind IN ('pause','resume') THEN queue IS NOT NULL AND version IS NOT NULL
    WHEN kind = 'event' THEN event_uid IS NOT NULL
    ELSE job_id IS NOT NULL AND run IS NOT NULL END);
`,
};
