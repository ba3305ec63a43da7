import { type Migration } from '../migration.js';

/** Letters of messages that are no job's, what is to be taken out of the broker's queues of letters, and redrives. */
export const deadLetters: Migration = {
  name: '0004-dead-letters',
  sql: `
ALTER TABLE dead_letters
  ADD COLUMN error_code text GENERATED ALWAYS AS (error->>'code') STORED,
  -- What came with a message that is no job's: its key, its headers, how its body is written down.
  ADD COLUMN message json,
  -- Whole milliseconds, so that a page's cursor can name them.
  ALTER COLUMN dead_at SET DEFAULT date_trunc('milliseconds', now()),
  ADD CHECK (job_id IS NOT NULL OR message IS NOT NULL);
UPDATE dead_letters SET dead_at = date_trunc('milliseconds', dead_at);

DROP INDEX dead_letters_by_queue;
CREATE INDEX dead_letters_by_queue ON dead_letters (queue, dead_at DESC, id DESC);
CREATE INDEX dead_letters_by_time ON dead_letters (dead_at DESC, id DESC);
CREATE INDEX dead_letters_by_code ON dead_letters (error_code, dead_at DESC, id DESC);
CREATE INDEX dead_letters_of_no_job ON dead_letters (queue, dead_at DESC, id DESC) WHERE job_id IS NULL;

-- A job has a letter for as long as it is failed: whoever sends it out again need not think of it.
CREATE FUNCTION remove_the_dead_letter() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM dead_letters WHERE job_id = NEW.id;
  RETURN NULL;
END $$;
CREATE TRIGGER jobs_leave_the_dead AFTER UPDATE OF status ON jobs FOR EACH ROW
  WHEN (OLD.status = 'failed' AND NEW.status <> 'failed')
  EXECUTE FUNCTION remove_the_dead_letter();

-- Queues of letters that have to be swept. Rows are only ever added and removed, so that nobody waits for another's. Of a
-- job's letter the sweep knows by its missing row that it is gone; that of another message is named.
CREATE TABLE dead_letter_removals (
  id         bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  queue      text        NOT NULL,
  letter_id  uuid,
  removed_at timestamptz NOT NULL DEFAULT now(),
  swept_at   timestamptz
);
CREATE FUNCTION note_removed_dead_letters() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO dead_letter_removals (queue, letter_id)
  SELECT DISTINCT coalesce(message->>'domain', queue), CASE WHEN job_id IS NULL THEN id END FROM removed;
  RETURN NULL;
END $$;
CREATE TRIGGER dead_letters_removed AFTER DELETE ON dead_letters REFERENCING OLD TABLE AS removed
  FOR EACH STATEMENT EXECUTE FUNCTION note_removed_dead_letters();

-- Who sweeps a queue now: what one sweep holds another would not see.
CREATE TABLE dead_letter_sweeps (
  queue        text        PRIMARY KEY,
  leased_until timestamptz NOT NULL
);

CREATE TABLE redrives (
  id           uuid        PRIMARY KEY,
  state        text        NOT NULL CHECK (state IN ('canary', 'running', 'stopped', 'done')),
  selection    json        NOT NULL,
  canary       integer     NOT NULL,
  rate         real        NOT NULL,
  total        integer     NOT NULL,
  stop_reason  text,
  created_at   timestamptz NOT NULL DEFAULT date_trunc('milliseconds', now()),
  ended_at     timestamptz,
  -- The gateway that works on it, and until when nobody else does.
  holder       uuid,
  leased_until timestamptz NOT NULL DEFAULT now(),
  CHECK ((ended_at IS NOT NULL) = (state IN ('stopped', 'done')))
);
CREATE INDEX redrives_by_time ON redrives (created_at DESC, id DESC);
CREATE INDEX redrives_at_work ON redrives (created_at) WHERE ended_at IS NULL;

-- The jobs of a redrive. One is taken before it is sent out, so that a gateway that dies in between leaves a trace.
CREATE TABLE redriven_jobs (
  redrive_id uuid    NOT NULL REFERENCES redrives ON DELETE CASCADE,
  job_id     uuid    NOT NULL,
  -- The run that had died, and of what.
  run        integer NOT NULL,
  error_code text    NOT NULL,
  state      text    NOT NULL
             CHECK (state IN ('taken', 'redriven', 'refused', 'completed', 'failed', 'cancelled', 'deleted')),
  PRIMARY KEY (redrive_id, job_id)
);
CREATE INDEX redriven_jobs_open ON redriven_jobs (redrive_id) WHERE state IN ('taken', 'redriven');
`,
};
