import { type Migration } from '../migration.js';

/** What it takes to go through final jobs once, and to know the files of jobs that are older than the column for them. */
export const retentionSweep: Migration = {
  name: '0026-retention-sweep',
  sql: `
-- Jobs that end in one transaction end at the same time: a place among them is found by the id.
CREATE INDEX jobs_ended_in_order ON jobs (status, completed_at, id) WHERE completed_at IS NOT NULL;

-- A job that was accepted before 0015-retention names its files in its payload alone, and needs them for as long as it is open.
-- Nothing of it changes for whoever watches it.
ALTER TABLE jobs DISABLE TRIGGER jobs_tell_changes;
UPDATE jobs SET files = named.files
FROM (
  SELECT open.id, array_agg(DISTINCT found[1]::uuid) AS files
  FROM jobs AS open CROSS JOIN LATERAL regexp_matches(
    open.payload::text, '/([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})', 'g') AS found
  WHERE open.status IN ('scheduled', 'queued', 'running', 'retrying') AND open.files IS NULL
  GROUP BY open.id
) AS named
WHERE jobs.id = named.id;
ALTER TABLE jobs ENABLE TRIGGER jobs_tell_changes;

-- At the end: from here on nobody else reads a job until the commit.
DROP INDEX jobs_ended;
`,
};
