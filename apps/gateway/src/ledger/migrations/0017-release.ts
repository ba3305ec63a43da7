import { type Migration } from '../migration.js';

/** Jobs that wait in the ledger until it is their turn, and how they are let go. */
export const release: Migration = {
  name: '0017-release',
  sql: `
ALTER TABLE jobs
  -- Why a queued job has no message yet: it waits for its tenant's turn, or until no other job has its concurrency key.
  ADD COLUMN held text CHECK (held IN ('turn','key')),
  ADD COLUMN concurrency_key text,
  ADD CONSTRAINT jobs_held_are_queued CHECK (held IS NULL OR status = 'queued');

DROP INDEX jobs_open;
CREATE INDEX jobs_open ON jobs (queue, tenant, held, status, queued_at)
  WHERE status IN ('scheduled','queued','running','retrying');
DROP INDEX jobs_waiting;
CREATE INDEX jobs_waiting ON jobs (queue, (coalesce(sent_priority, priority)), queued_at)
  WHERE status = 'queued' AND held IS NULL;
-- The lines that jobs stand in until it is their turn.
CREATE INDEX jobs_held ON jobs (queue, tenant, priority, task, queued_at, id) WHERE held = 'turn';

-- Of the jobs with one key, one at most has a message or is about to. The others wait in line.
CREATE UNIQUE INDEX jobs_one_per_concurrency_key ON jobs (tenant, concurrency_key)
  WHERE concurrency_key IS NOT NULL AND held IS DISTINCT FROM 'key' AND status IN ('queued','running','retrying');
CREATE INDEX jobs_held_by_key ON jobs (tenant, concurrency_key, priority DESC, queued_at, id) WHERE held = 'key';

-- Keys that may be free, or that somebody waits for. Rows are only ever added and removed, so that nobody waits for another's.
CREATE TABLE concurrency_calls (
  id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  tenant          text   NOT NULL,
  concurrency_key text   NOT NULL
);
CREATE FUNCTION call_the_next_of_a_concurrency_key() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO concurrency_calls (tenant, concurrency_key) VALUES (NEW.tenant, NEW.concurrency_key);
  RETURN NULL;
END $$;
CREATE TRIGGER jobs_wait_for_a_key AFTER INSERT ON jobs FOR EACH ROW
  WHEN (NEW.held = 'key') EXECUTE FUNCTION call_the_next_of_a_concurrency_key();
CREATE TRIGGER jobs_leave_a_key AFTER UPDATE OF status, held ON jobs FOR EACH ROW
  WHEN (NEW.concurrency_key IS NOT NULL AND (NEW.held = 'key' OR NEW.status NOT IN ('queued','running','retrying')))
  EXECUTE FUNCTION call_the_next_of_a_concurrency_key();

ALTER TABLE queue_settings
  ALTER COLUMN paused SET DEFAULT false,
  -- How held jobs of one priority are let go: which first, and how often those of a task beside those of others.
  ADD COLUMN release_order text NOT NULL DEFAULT 'fifo' CHECK (release_order IN ('fifo','lifo')),
  ADD COLUMN weights jsonb NOT NULL DEFAULT '{}';
`,
};
