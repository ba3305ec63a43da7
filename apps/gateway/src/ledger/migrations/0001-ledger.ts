import { type Migration } from '../migration.js';

/** Jobs, their attempts, the outbox, dead letters, announced tasks, workers and API keys. */
export const ledger: Migration = {
  name: '0001-ledger',
  sql: `
CREATE TABLE jobs (
  id                  uuid        PRIMARY KEY,
  tenant              text        NOT NULL,
  version             integer     NOT NULL DEFAULT 1,
  task                text        NOT NULL,
  queue               text        NOT NULL,
  status              text        NOT NULL CHECK (status IN ('scheduled','queued','running','retrying','completed','failed','cancelled')),
  priority            smallint    NOT NULL CHECK (priority BETWEEN 0 AND 9),
  payload             json        NOT NULL,
  metadata            jsonb       NOT NULL DEFAULT '{}',
  -- The newest message sent out for the job; it rises also when an execution is not charged.
  run                 integer     NOT NULL DEFAULT 1,
  -- The attempt that users see, and how many have been charged; a snoozed execution shows its attempt uncharged.
  attempt             integer     NOT NULL DEFAULT 0,
  charged             integer     NOT NULL DEFAULT 0,
  -- Messages of the present attempt that came back unstarted.
  returns             smallint    NOT NULL DEFAULT 0,
  max_attempts        integer     NOT NULL CHECK (max_attempts >= 1),
  backoff             jsonb       NOT NULL,
  timeout_ms          bigint      NOT NULL,
  schema_hash         text,
  traceparent         text,
  progress            real        NOT NULL DEFAULT 0,
  progress_message    text,
  progress_seq        integer     NOT NULL DEFAULT 0,
  worker_id           text,
  result              json,
  error               json,
  batch_id            uuid,
  parent_id           uuid,
  unique_key          text,
  -- Whole milliseconds, so that a page's cursor can name them.
  created_at          timestamptz NOT NULL DEFAULT date_trunc('milliseconds', now()),
  scheduled_for       timestamptz,
  started_at          timestamptz,
  next_attempt_at     timestamptz,
  expires_at          timestamptz,
  cancel_requested_at timestamptz,
  completed_at        timestamptz,
  CHECK ((completed_at IS NOT NULL) = (status IN ('completed','failed','cancelled')))
) WITH (fillfactor = 70);

CREATE INDEX jobs_by_time ON jobs (created_at DESC, id DESC);
CREATE INDEX jobs_by_tenant ON jobs (tenant, created_at DESC, id DESC);
CREATE INDEX jobs_by_metadata ON jobs USING gin (metadata jsonb_path_ops) WHERE metadata <> '{}';
CREATE INDEX jobs_scheduled ON jobs (scheduled_for) WHERE status = 'scheduled';
CREATE INDEX jobs_expiring ON jobs (expires_at) WHERE status IN ('scheduled', 'queued') AND expires_at IS NOT NULL;
CREATE INDEX jobs_failed ON jobs (tenant, created_at DESC, id DESC) WHERE status = 'failed';

-- A final status is left only by a retry or redrive, which raises the run.
CREATE FUNCTION refuse_to_leave_a_final_status() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'job % is %: it does not become % in the same run', OLD.id, OLD.status, NEW.status;
END $$;
CREATE TRIGGER jobs_final_is_final BEFORE UPDATE OF status ON jobs FOR EACH ROW
  WHEN (OLD.status IN ('completed','failed','cancelled') AND NEW.status <> OLD.status AND NEW.run <= OLD.run)
  EXECUTE FUNCTION refuse_to_leave_a_final_status();

CREATE TABLE attempts (
  job_id     uuid        NOT NULL REFERENCES jobs ON DELETE CASCADE,
  run        integer     NOT NULL,
  attempt    integer     NOT NULL,
  worker_id  text,
  started_at timestamptz,
  ended_at   timestamptz,
  outcome    text        CHECK (outcome IN ('completed','failed','snoozed','returned','lost','cancelled')),
  error      json,
  PRIMARY KEY (job_id, run)
);

CREATE TABLE job_logs (
  job_id  uuid        NOT NULL REFERENCES jobs ON DELETE CASCADE,
  run     integer     NOT NULL,
  seq     integer     NOT NULL,
  attempt integer     NOT NULL,
  at      timestamptz NOT NULL,
  level   text        NOT NULL,
  message text        NOT NULL,
  fields  json        NOT NULL,
  PRIMARY KEY (job_id, run, seq)
);

-- What is to be published. From free_at on a row is anybody's to send; until then it is claimed by a gateway that sends
-- it, parked, or waits for a time that fits the delay ladder. It is deleted when the broker has confirmed its message.
CREATE TABLE outbox (
  id            bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  kind          text        NOT NULL CHECK (kind IN ('work','void','dead-letter')),
  job_id        uuid        NOT NULL,
  run           integer     NOT NULL,
  due_at        timestamptz,
  -- What is sent again has waited: it goes before the job's own priority.
  priority      smallint,
  free_at timestamptz NOT NULL,
  parked_reason text
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02);
CREATE INDEX outbox_by_job ON outbox (job_id);

CREATE TABLE dead_letters (
  id        uuid        PRIMARY KEY,
  job_id    uuid        REFERENCES jobs ON DELETE CASCADE,
  tenant    text        NOT NULL,
  queue     text        NOT NULL,
  task      text,
  run       integer,
  error     json        NOT NULL,
  reason    text        NOT NULL,
  payload   text        NOT NULL,
  worker_id text,
  dead_at   timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX dead_letters_once ON dead_letters (job_id, run);
CREATE INDEX dead_letters_by_queue ON dead_letters (queue, dead_at DESC);

-- Reports that fit no job, or that could not be written, with the reason.
CREATE TABLE reports_kept_aside (
  id      bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  reason  text        NOT NULL,
  report  text        NOT NULL,
  kept_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE domains (
  name         text        PRIMARY KEY,
  queue_key    text        NOT NULL,
  queue_type   text        NOT NULL,
  queue_number integer     NOT NULL,
  announced_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE tasks (
  name           text        PRIMARY KEY,
  domain         text        NOT NULL REFERENCES domains ON DELETE CASCADE,
  description    text        NOT NULL,
  schema         json        NOT NULL,
  defaults       json        NOT NULL,
  max_timeout_ms bigint      NOT NULL,
  max_payload    integer     NOT NULL,
  example        json        NOT NULL,
  hash           text        NOT NULL,
  app_version    text        NOT NULL,
  announced_at   timestamptz NOT NULL DEFAULT now(),
  withdrawn_at   timestamptz
);

-- A bare task name, once taken, stays with its domain until an operator changes it.
CREATE TABLE task_aliases (
  bare text PRIMARY KEY,
  task text NOT NULL
);

CREATE TABLE api_keys (
  id            uuid        PRIMARY KEY,
  key_id        text        NOT NULL UNIQUE,
  name          text        NOT NULL,
  tenant        text        NOT NULL,
  scopes        text[]      NOT NULL,
  secret_sha256 bytea       NOT NULL,
  hint          text        NOT NULL,
  created_at    timestamptz NOT NULL DEFAULT now(),
  last_used_at  timestamptz,
  revoked_at    timestamptz
);
`,
};
