import { type Migration } from '../migration.js';

/** The ends that a statement brings about are noted together, not one by one. */
export const endsTogether: Migration = {
  name: '0037-ends-together',
  sql: `
DROP TRIGGER jobs_note_ending ON jobs;
DROP TRIGGER jobs_note_fact ON jobs;
DROP FUNCTION note_the_ending();
DROP FUNCTION note_the_fact();

-- Whoever ends jobs need not think of what follows and of who listens. Rows are only ever added and removed, so that nobody
-- waits for another's. One note is enough for all jobs of a batch that end together: it is looked at after their commit.
-- Of the ends of deliveries no endpoint hears, or there would be no end of them; but one whose receiver is gone is to be disabled.
-- A plan is kept from call to call. One that was made for a single job would compare each row of hundreds with each other.
CREATE FUNCTION note_ends() RETURNS trigger LANGUAGE plpgsql SET enable_nestloop = off AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM changed WHERE completed_at IS NOT NULL) THEN
    RETURN NULL;
  END IF;
  WITH ended AS MATERIALIZED (
    SELECT changed.id, changed.tenant, changed.task, changed.version, changed.status, changed.attempt, changed.error,
           changed.completed_at, changed.batch_id, changed.leads_on, changed.is_echo
    FROM changed JOIN earlier USING (id) WHERE earlier.completed_at IS NULL AND changed.completed_at IS NOT NULL
  ), told AS (
    INSERT INTO facts (job_id, version, status, attempt, error, ended_at, fires)
    SELECT id, version, status, attempt, error, completed_at,
           NOT is_echo AND tenant IN (SELECT tenant FROM triggers WHERE enabled AND pattern LIKE 'job.%')
    FROM ended
  ), delivered AS (
    INSERT INTO ends_to_deliver (job_id, version, status, attempt, error, ended_at)
    SELECT id, version, status, attempt, error, completed_at FROM ended
    WHERE CASE task
      WHEN 'integrations.deliver-webhook' THEN status = 'failed' AND error->>'code' = 'receiver_gone'
      ELSE tenant IN (SELECT tenant FROM webhook_endpoints WHERE enabled) END
  )
  INSERT INTO endings (job_id, status, batch_id)
  SELECT id, status, NULL FROM ended WHERE leads_on
  UNION ALL SELECT NULL, NULL, id FROM ended WHERE leads_on
  UNION ALL SELECT DISTINCT NULL::uuid, NULL, batch_id FROM ended WHERE batch_id IS NOT NULL;
  RETURN NULL;
END $$;
CREATE TRIGGER jobs_note_ends AFTER UPDATE ON jobs REFERENCING OLD TABLE AS earlier NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION note_ends();
`,
};
