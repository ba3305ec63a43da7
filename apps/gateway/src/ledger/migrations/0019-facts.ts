import { type Migration } from '../migration.js';

/** Facts: the ends of jobs, for triggers and for whoever listens to the broker. */
export const facts: Migration = {
  name: '0019-facts',
  sql: `
ALTER TABLE jobs
  -- A trigger has started it because another job had ended, or it comes of such a job: its own end fires no trigger.
  ADD COLUMN is_echo boolean NOT NULL DEFAULT false;

-- What comes of an echo is one, whoever enters it. Most jobs come of none and pay nothing.
CREATE FUNCTION inherit_the_echo() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.is_echo := NEW.is_echo OR coalesce((SELECT is_echo FROM jobs WHERE id = NEW.parent_id), false);
  RETURN NEW;
END $$;
CREATE TRIGGER jobs_inherit_echo BEFORE INSERT ON jobs FOR EACH ROW
  WHEN (NEW.parent_id IS NOT NULL) EXECUTE FUNCTION inherit_the_echo();

-- Ends that have not been told yet. A row goes when the broker has its message. The job says the rest, as long as it is there.
CREATE TABLE facts (
  id       bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  job_id   uuid        NOT NULL,
  version  integer     NOT NULL,
  status   text        NOT NULL CHECK (status IN ('completed','failed','cancelled')),
  attempt  integer     NOT NULL,
  error    json,
  ended_at timestamptz NOT NULL,
  -- A trigger may want it: it becomes an event before it is told.
  fires    boolean     NOT NULL,
  free_at  timestamptz NOT NULL DEFAULT '-infinity'
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02);
CREATE INDEX facts_to_fire ON facts (id) WHERE fires;

-- The triggers that want ends of jobs: they name them, and do not mean them by a wildcard that is meant for other events.
CREATE INDEX triggers_on_jobs ON triggers (tenant) WHERE enabled AND pattern LIKE 'job.%';

-- Whoever ends a job need not think of who listens.
CREATE FUNCTION note_the_fact() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO facts (job_id, version, status, attempt, error, ended_at, fires)
  VALUES (NEW.id, NEW.version, NEW.status, NEW.attempt, NEW.error, NEW.completed_at,
    NOT NEW.is_echo AND EXISTS (SELECT FROM triggers WHERE tenant = NEW.tenant AND enabled AND pattern LIKE 'job.%'));
  RETURN NULL;
END $$;
CREATE TRIGGER jobs_note_fact AFTER UPDATE OF status ON jobs FOR EACH ROW
  WHEN (OLD.completed_at IS NULL AND NEW.completed_at IS NOT NULL) EXECUTE FUNCTION note_the_fact();
`,
};
