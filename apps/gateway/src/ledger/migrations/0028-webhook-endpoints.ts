import { type Migration } from '../migration.js';

/** Webhook endpoints, what is to be delivered to them, and what was. */
export const webhookEndpoints: Migration = {
  name: '0028-webhook-endpoints',
  sql: `
CREATE TABLE webhook_endpoints (
  id              uuid        PRIMARY KEY,
  tenant          text        NOT NULL,
  -- Rises when a user changes it.
  version         integer     NOT NULL DEFAULT 1,
  url             text        NOT NULL,
  description     text,
  -- Patterns of the types that it hears of.
  events          text[]      NOT NULL,
  -- Of which jobs; null: of all.
  tasks           text[],
  queues          text[],
  -- Deliveries at once; null: no limit.
  concurrency     smallint    CHECK (concurrency > 0),
  enabled         boolean     NOT NULL,
  disabled_reason text        CHECK (disabled_reason IN ('requested','receiver_gone')),
  disabled_at     timestamptz,
  created_at      timestamptz NOT NULL DEFAULT date_trunc('milliseconds', now()),
  updated_at      timestamptz NOT NULL DEFAULT date_trunc('milliseconds', now()),
  CHECK (enabled = (disabled_reason IS NULL) AND enabled = (disabled_at IS NULL))
);
CREATE INDEX webhook_endpoints_by_tenant ON webhook_endpoints (tenant, id DESC);
CREATE INDEX webhook_endpoints_enabled ON webhook_endpoints (tenant) WHERE enabled;

-- Which of the jobs that deliver webhooks are for which endpoint. A row is there for as long as its job is.
CREATE TABLE webhook_deliveries (
  job_id      uuid PRIMARY KEY REFERENCES jobs ON DELETE CASCADE,
  endpoint_id uuid NOT NULL REFERENCES webhook_endpoints ON DELETE CASCADE,
  -- The webhook-id: the same in a delivery and its replays.
  message_id  uuid NOT NULL,
  kind        text NOT NULL CHECK (kind IN ('end','replay','test')),
  -- The job whose end it tells of, and the version that it ended with; null: it is a test.
  of_job      uuid,
  of_version  integer
);
CREATE INDEX webhook_deliveries_by_endpoint ON webhook_deliveries (endpoint_id, job_id DESC);
CREATE INDEX webhook_deliveries_by_job ON webhook_deliveries (endpoint_id, of_job);

-- Ends of jobs that an endpoint may want and that have not been looked at yet. A row goes when their deliveries are entered.
CREATE TABLE ends_to_deliver (
  id          bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  job_id      uuid        NOT NULL,
  version     integer     NOT NULL,
  status      text        NOT NULL CHECK (status IN ('completed','failed','cancelled')),
  attempt     integer     NOT NULL,
  error       json,
  ended_at    timestamptz NOT NULL,
  -- A replay is for this one alone.
  endpoint_id uuid        REFERENCES webhook_endpoints ON DELETE CASCADE
) WITH (autovacuum_vacuum_scale_factor = 0.02);
CREATE INDEX ends_to_deliver_of_jobs ON ends_to_deliver (job_id);

-- Of the ends of deliveries no endpoint hears, or there would be no end of them; but one whose receiver is gone is to be disabled.
CREATE OR REPLACE FUNCTION note_the_fact() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO facts (job_id, version, status, attempt, error, ended_at, fires)
  VALUES (NEW.id, NEW.version, NEW.status, NEW.attempt, NEW.error, NEW.completed_at,
    NOT NEW.is_echo AND EXISTS (SELECT FROM triggers WHERE tenant = NEW.tenant AND enabled AND pattern LIKE 'job.%'));
  IF (CASE NEW.task
    WHEN 'integrations.deliver-webhook' THEN NEW.status = 'failed' AND NEW.error->>'code' = 'receiver_gone'
    ELSE EXISTS (SELECT FROM webhook_endpoints WHERE tenant = NEW.tenant AND enabled) END)
  THEN
    INSERT INTO ends_to_deliver (job_id, version, status, attempt, error, ended_at)
    VALUES (NEW.id, NEW.version, NEW.status, NEW.attempt, NEW.error, NEW.completed_at);
  END IF;
  RETURN NULL;
END $$;
`,
};
