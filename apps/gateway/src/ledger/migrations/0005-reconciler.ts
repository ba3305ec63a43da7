import { type Migration } from '../migration.js';

/** What the reconciler sees, asks and knows of jobs whose messages or outcomes may be lost. */
export const reconciler: Migration = {
  name: '0005-reconciler',
  sql: `
-- Open jobs that nobody has had news of for a while, as they were when that was first seen. A row stands for its job only
-- while the job has this run and this version.
CREATE TABLE suspects (
  job_id   uuid        PRIMARY KEY,
  run      integer     NOT NULL,
  version  integer     NOT NULL,
  queue    text        NOT NULL,
  -- Of the newest message.
  priority smallint    NOT NULL,
  cause    text        NOT NULL CHECK (cause IN ('message_lost','retry_lost','worker_lost','outcome_lost')),
  since    timestamptz NOT NULL,
  -- A probe that was sent later has come back earlier: it looks lost, and is repaired once that is proven.
  evident  boolean     NOT NULL DEFAULT false
);
CREATE INDEX suspects_by_wave ON suspects (queue, priority, cause);

-- Messages that go the way of jobs and come back as reports. Without a queue: the way of the reports alone.
CREATE TABLE probes (
  id        uuid        PRIMARY KEY,
  queue     text,
  queue_key text,
  priority  smallint,
  sent_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
  back_at   timestamptz,
  -- The broker returned it: there is no such queue.
  gone      boolean     NOT NULL DEFAULT false
);

-- Every key that messages of a queue were sent with, until a probe has shown that the queue behind it is gone.
CREATE TABLE queue_keys (
  queue text NOT NULL,
  key   text NOT NULL,
  PRIMARY KEY (queue, key)
);
INSERT INTO queue_keys SELECT name, queue_key FROM domains;
CREATE FUNCTION remember_queue_key() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO queue_keys VALUES (NEW.name, NEW.queue_key) ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;
CREATE TRIGGER domains_remember_key AFTER INSERT OR UPDATE ON domains FOR EACH ROW EXECUTE FUNCTION remember_queue_key();

-- When each gateway's tracker had committed everything that it had read.
CREATE TABLE trackers (
  gateway    text        PRIMARY KEY,
  settled_at timestamptz NOT NULL DEFAULT clock_timestamp()
) WITH (fillfactor = 50);

-- Which gateway reconciles, what keeps it from that, and what is known of the broker's data. One row.
CREATE TABLE reconciler (
  "only"              boolean     PRIMARY KEY DEFAULT true CHECK ("only"),
  holder              text,
  held_until          timestamptz NOT NULL DEFAULT '-infinity',
  obstacle            text        DEFAULT 'not_started',
  since               timestamptz NOT NULL DEFAULT now(),
  sentinel_since      timestamptz,
  sentinel_checked_at timestamptz,
  wiped_at            timestamptz
) WITH (fillfactor = 50);
INSERT INTO reconciler DEFAULT VALUES;

CREATE INDEX jobs_waiting ON jobs (queue, (coalesce(sent_priority, priority)), queued_at) WHERE status = 'queued';
CREATE INDEX jobs_retrying ON jobs (next_attempt_at) WHERE status = 'retrying';
`,
};
