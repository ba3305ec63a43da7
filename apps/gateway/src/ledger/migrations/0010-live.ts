import { type Migration } from '../migration.js';

/** What live updates are made of: every change of a job is told to whoever makes it, and log lines have a version. */
export const live: Migration = {
  name: '0010-live',
  sql: `
-- The version that its job had when the line was written: lines and changes of a job are one numbered sequence.
ALTER TABLE job_logs ADD COLUMN version integer NOT NULL DEFAULT 0;
CREATE INDEX job_logs_by_version ON job_logs (job_id, version);

-- Hands what a statement has made of jobs to the client that sent it, before the statement's own answer. INFO reaches the
-- client whatever it has set, and is not written to the server's log.
CREATE FUNCTION tell_job_changes() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  changes text;
BEGIN
  SELECT json_agg(json_build_array(id, version, status, attempt, progress, progress_message, next_attempt_at, cancel_requested_at))
    INTO changes FROM changed;
  IF changes IS NOT NULL THEN
    RAISE INFO USING MESSAGE = 'leveret.job-changes', DETAIL = changes;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER jobs_tell_changes AFTER UPDATE ON jobs REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION tell_job_changes();
`,
};
