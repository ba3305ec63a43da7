import { type Migration } from '../migration.js';

/** Batches that are paused, and what becomes of their jobs meanwhile. */
export const pausedBatches: Migration = {
  name: '0038-paused-batches',
  sql: `
ALTER TABLE batches ADD COLUMN paused_at timestamptz;
-- Whoever sends jobs asks for these: as a rule there is none.
CREATE INDEX batches_paused ON batches (id) WHERE paused_at IS NOT NULL;

-- Of a void: a run that has begun goes on to its end.
ALTER TABLE voids ADD COLUMN spares_begun boolean NOT NULL DEFAULT false;
ALTER TABLE outbox ADD COLUMN spares_begun boolean NOT NULL DEFAULT false;

ALTER TABLE jobs
  DROP CONSTRAINT jobs_held_check,
  -- 'batch': it waits until its batch is resumed, and leaves its concurrency key to others.
  ADD CONSTRAINT jobs_held_check CHECK (held IN ('turn','key','batch'));
DROP INDEX jobs_one_per_concurrency_key;
CREATE UNIQUE INDEX jobs_one_per_concurrency_key ON jobs (tenant, concurrency_key)
  WHERE concurrency_key IS NOT NULL AND (held IS NULL OR held = 'turn') AND status IN ('queued','running','retrying');
DROP TRIGGER jobs_leave_a_key ON jobs;
CREATE TRIGGER jobs_leave_a_key AFTER UPDATE OF status, held ON jobs FOR EACH ROW
  WHEN (NEW.concurrency_key IS NOT NULL
        AND (NEW.held IN ('key','batch') OR NEW.status NOT IN ('queued','running','retrying')))
  EXECUTE FUNCTION call_the_next_of_a_concurrency_key();
`,
};
