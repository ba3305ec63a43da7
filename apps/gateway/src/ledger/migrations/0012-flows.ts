import { type Migration } from '../migration.js';

/** What follows from the ends of jobs and batches. */
export const flows: Migration = {
  name: '0012-flows',
  sql: `
ALTER TABLE jobs
  -- Something follows from its end: follow-ups, or the end of the batch that it has spawned.
  ADD COLUMN leads_on boolean NOT NULL DEFAULT false,
  -- The batch whose end it follows.
  ADD COLUMN follows_batch uuid;
CREATE INDEX jobs_by_parent ON jobs (parent_id, created_at, id) WHERE parent_id IS NOT NULL;
CREATE INDEX jobs_by_followed_batch ON jobs (follows_batch, created_at, id) WHERE follows_batch IS NOT NULL;
CREATE INDEX jobs_open_in_batch ON jobs (batch_id) WHERE batch_id IS NOT NULL AND completed_at IS NULL;

-- When its last job became final for the first time.
ALTER TABLE batches ADD COLUMN completed_at timestamptz;
UPDATE batches SET completed_at = coalesce((SELECT max(completed_at) FROM jobs WHERE batch_id = batches.id), created_at)
WHERE NOT EXISTS (SELECT FROM jobs WHERE batch_id = batches.id AND completed_at IS NULL);

-- Jobs that are to be enqueued when a job or a batch has ended. A row goes when it has become a job.
CREATE TABLE follow_ups (
  -- Of the job that it becomes.
  id          uuid     PRIMARY KEY,
  job_id      uuid     REFERENCES jobs ON DELETE CASCADE,
  batch_id    uuid     REFERENCES batches ON DELETE CASCADE,
  tenant      text     NOT NULL,
  position    smallint NOT NULL,
  ends_on     text     NOT NULL CHECK (ends_on IN ('completed','failed','cancelled','final')),
  task        text     NOT NULL,
  -- A body of POST /v1/jobs, its payload with placeholders.
  request     json     NOT NULL,
  traceparent text,
  CHECK ((job_id IS NULL) <> (batch_id IS NULL))
);
CREATE INDEX follow_ups_of_jobs ON follow_ups (job_id) WHERE job_id IS NOT NULL;
CREATE INDEX follow_ups_of_batches ON follow_ups (batch_id) WHERE batch_id IS NOT NULL;

-- Ends that have not been looked at yet: a job has ended of which something follows, or a job of the batch has.
CREATE TABLE endings (
  id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  job_id   uuid,
  status   text,
  batch_id uuid,
  CHECK ((job_id IS NULL) <> (batch_id IS NULL)),
  CHECK ((job_id IS NULL) = (status IS NULL))
) WITH (autovacuum_vacuum_scale_factor = 0.02);
CREATE INDEX endings_of_jobs ON endings (id) WHERE job_id IS NOT NULL;
CREATE INDEX endings_of_batches ON endings (id) WHERE batch_id IS NOT NULL;

-- Whoever ends a job need not think of what follows. Rows are only ever added and removed, so that nobody waits for another's.
CREATE FUNCTION note_the_ending() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO endings (job_id, status, batch_id)
  SELECT * FROM (VALUES (NEW.id, NEW.status, NULL), (NULL, NULL, NEW.id)) AS own WHERE NEW.leads_on
  UNION ALL SELECT NULL, NULL, NEW.batch_id WHERE NEW.batch_id IS NOT NULL;
  RETURN NULL;
END $$;
CREATE TRIGGER jobs_note_ending AFTER UPDATE OF status ON jobs FOR EACH ROW
  WHEN (OLD.completed_at IS NULL AND NEW.completed_at IS NOT NULL AND (NEW.leads_on OR NEW.batch_id IS NOT NULL))
  EXECUTE FUNCTION note_the_ending();
`,
};
