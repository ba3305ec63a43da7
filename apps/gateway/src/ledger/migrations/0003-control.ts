import { type Migration } from '../migration.js';

/** Steering of jobs and queues: what is in force on the control stream, and what is counted of each queue. */
export const control: Migration = {
  name: '0003-control',
  sql: `
ALTER TABLE outbox
  ALTER COLUMN job_id DROP NOT NULL,
  ALTER COLUMN run DROP NOT NULL,
  -- Of a pause or resume: the queue, and the version of its settings.
  ADD COLUMN queue text,
  ADD COLUMN version bigint,
  -- Whether a gateway has ever had the row in hand. While it is false, its message is certainly not out.
  ADD COLUMN taken boolean NOT NULL DEFAULT false,
  -- What goes to the control stream leaves before everything else.
  ADD COLUMN lane smallint GENERATED ALWAYS AS (CASE WHEN kind IN ('void','pause','resume') THEN 0 ELSE 1 END) STORED,
  DROP CONSTRAINT outbox_kind_check,
  ADD CONSTRAINT outbox_kind_check CHECK (kind IN ('work','void','dead-letter','pause','resume')),
  ADD CONSTRAINT outbox_is_about CHECK (CASE WHEN kind IN ('pause','resume')
    THEN queue IS NOT NULL AND version IS NOT NULL ELSE job_id IS NOT NULL AND run IS NOT NULL END);
UPDATE outbox SET taken = true;
-- A sweep reads a lane up to now: rows that are claimed, parked or wait for their time lie behind what it reads.
CREATE INDEX outbox_free ON outbox (lane, free_at, id);
CREATE INDEX outbox_parked ON outbox (job_id) WHERE parked_reason IS NOT NULL;

-- Messages that may be out and must not run. A row goes when its message has come back; it outlives its job, because a
-- message may lie in a queue for longer.
CREATE TABLE voids (
  job_id uuid        NOT NULL,
  run    integer     NOT NULL,
  queue  text        NOT NULL,
  since  timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (job_id, run)
);

-- What an operator has set. Of two entries on the control stream the one with the higher version counts. Versions are
-- times, so that those of a ledger that was restored or made anew are higher, too.
CREATE TABLE queue_settings (
  queue      text        PRIMARY KEY,
  paused     boolean     NOT NULL,
  version    bigint      NOT NULL,
  changed_at timestamptz NOT NULL DEFAULT now()
);

ALTER TABLE jobs
  -- Null until a retry by hand lets max_attempts grow.
  ADD COLUMN first_max_attempts integer,
  -- Since when a queued job waits for a worker.
  ADD COLUMN queued_at timestamptz NOT NULL DEFAULT now();
CREATE INDEX jobs_open ON jobs (queue, status, queued_at) WHERE status IN ('scheduled','queued','running','retrying');
-- What lists filter by. Queue and task share one index, because every change of a job's status pays for it: a task is
-- found in its order, a rare queue whole, and a frequent one by time. Rare statuses and errors have small ones of their
-- own; what has completed is frequent and needs none.
CREATE INDEX jobs_by_task ON jobs (queue, task, created_at DESC, id DESC);
CREATE INDEX jobs_cancelled ON jobs (created_at DESC, id DESC) WHERE status = 'cancelled';
CREATE INDEX jobs_by_error ON jobs ((error->>'code'), created_at DESC, id DESC) WHERE error IS NOT NULL;

-- How many jobs ended in a minute, and how many ended ones have left: retried or deleted. Each connection counts in rows
-- of its own, so that no transaction waits for another's count. Old minutes are folded into '-infinity'.
CREATE TABLE queue_minutes (
  queue          text        NOT NULL,
  minute         timestamptz NOT NULL DEFAULT date_trunc('minute', now()),
  counter        integer     NOT NULL DEFAULT pg_backend_pid(),
  completed      bigint      NOT NULL DEFAULT 0,
  failed         bigint      NOT NULL DEFAULT 0,
  cancelled      bigint      NOT NULL DEFAULT 0,
  left_completed bigint      NOT NULL DEFAULT 0,
  left_failed    bigint      NOT NULL DEFAULT 0,
  PRIMARY KEY (queue, minute, counter)
) WITH (fillfactor = 50);

-- How long executions took: a histogram with logarithmic buckets, kept for an hour.
CREATE TABLE queue_durations (
  queue    text        NOT NULL,
  minute   timestamptz NOT NULL DEFAULT date_trunc('minute', now()),
  counter  integer     NOT NULL DEFAULT pg_backend_pid(),
  bucket   smallint    NOT NULL,
  runs     bigint      NOT NULL,
  total_ms bigint      NOT NULL,
  PRIMARY KEY (queue, minute, counter, bucket)
) WITH (fillfactor = 50);

INSERT INTO queue_minutes (queue, minute, counter, completed, failed, cancelled)
SELECT queue, '-infinity', 0, count(*) FILTER (WHERE status = 'completed'), count(*) FILTER (WHERE status = 'failed'),
       count(*) FILTER (WHERE status = 'cancelled')
FROM jobs GROUP BY queue;
`,
};
