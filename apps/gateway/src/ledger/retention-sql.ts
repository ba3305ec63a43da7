const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';

/** Ends a subquery that is to ask an index for each job, not to read a table once: a few hundred jobs are asked about, of millions. */
const EACH = 'OFFSET 0';

/** How many generations of what has come of a job are looked at: a job that starts the next one for ever has no end of them. */
const GENERATIONS = 32;

/** Asked of a job again when it is locked: it may run again by then. */
const OLD = "jobs.status = $1 AND jobs.completed_at < now() - $2::float8 * interval '1 millisecond'";

/**
 * Status, age in milliseconds, how many, and behind which job, by its end and its id. Looks at so many jobs whatever of them has to
 * be kept; `free` are those that may go, locked. One that somebody else has in hand is not free. Follow-ups may be as many as jobs, so
 * what they name is not looked for.
 */
export const LOCK_JOBS = `
WITH looked AS MATERIALIZED (
  SELECT id, tenant, queue, status, completed_at FROM jobs
  WHERE ${OLD} AND (completed_at, id) > ($4::timestamptz, $5::uuid)
  ORDER BY completed_at, id LIMIT $3
), named AS MATERIALIZED (${idsNamedIn('schedules', 'triggers')}), free AS MATERIALIZED (
  SELECT jobs.id FROM looked JOIN jobs ON jobs.id = looked.id
  WHERE ${OLD}
    AND (jobs.unique_until IS NULL OR jobs.unique_until < now())
    AND NOT EXISTS (SELECT FROM jobs AS other WHERE other.files IS NOT NULL AND other.files @> ARRAY[jobs.id]
                    AND other.completed_at IS NULL ${EACH})
    AND jobs.id NOT IN (SELECT named.id FROM named)
    AND NOT EXISTS (SELECT FROM ends_to_deliver WHERE ends_to_deliver.job_id = jobs.id ${EACH})
    AND NOT (jobs.leads_on AND EXISTS (SELECT FROM endings WHERE endings.job_id = jobs.id))
    AND NOT (jobs.batch_id IS NOT NULL AND (
      EXISTS (SELECT FROM batches WHERE batches.id = jobs.batch_id AND batches.completed_at IS NULL ${EACH})
      OR EXISTS (SELECT FROM jobs AS other WHERE other.batch_id = jobs.batch_id AND other.completed_at IS NULL ${EACH})))
    AND NOT EXISTS (${openBelow('jobs.id')})
  FOR UPDATE OF jobs SKIP LOCKED
)
SELECT id, tenant, queue, status, completed_at::text AS ended, id IN (SELECT free.id FROM free) AS free
FROM looked ORDER BY completed_at, id`;

/** The ids in the keys of the files that requests in these tables name. */
function idsNamedIn(...tables: readonly string[]): string {
  const requests = tables.map((table) => `SELECT request FROM ${table}`).join(' UNION ALL ');
  return `SELECT DISTINCT (regexp_matches(request::text, '/(${UUID})', 'g'))[1]::uuid AS id FROM (${requests}) AS waiting`;
}

/** What has not ended of all that has come of a job: jobs, and the batches that they have spawned. */
function openBelow(id: string): string {
  return `
    WITH RECURSIVE below AS (
      SELECT ${id} AS id, false AS is_open, 0 AS generation
      UNION ALL
      SELECT child.id, child.completed_at IS NULL, generation + 1
      FROM below JOIN jobs AS child ON child.parent_id = below.id WHERE generation < ${String(GENERATIONS)}
    )
    SELECT FROM below
    WHERE is_open OR EXISTS (SELECT FROM batches WHERE batches.id = below.id AND batches.completed_at IS NULL ${EACH})`;
}

/** Age in milliseconds, how many. What is to become a job names its files in its request. */
export const LOCK_UPLOADS = `
WITH aged AS (
  SELECT id, tenant FROM uploads WHERE used_at < now() - $1::float8 * interval '1 millisecond'
  ORDER BY used_at LIMIT $2 FOR UPDATE SKIP LOCKED
), named AS MATERIALIZED (
  ${idsNamedIn('schedules', 'triggers', 'follow_ups')} WHERE EXISTS (SELECT FROM aged)
)
SELECT id, tenant, id IN (SELECT named.id FROM named)
  OR EXISTS (SELECT FROM jobs WHERE files IS NOT NULL AND files @> ARRAY[aged.id]) AS used
FROM aged`;

/** How many, and their age in milliseconds. */
export const AGED = {
  // One that is still to be published is needed for that.
  events: removeAged(
    'events',
    'uid',
    'received_at',
    'fired_at IS NOT NULL AND NOT EXISTS (SELECT FROM outbox WHERE event_uid = events.uid)',
  ),
  'schedule runs': `
DELETE FROM schedule_runs USING (
  SELECT schedule_id, number FROM schedule_runs WHERE ${agedBy('ran_at')} ORDER BY ran_at LIMIT $1
) AS old
WHERE schedule_runs.schedule_id = old.schedule_id AND schedule_runs.number = old.number RETURNING old.number`,
  actions: removeAged('actions', 'id', 'at'),
  'trigger runs': removeAged('trigger_runs', 'number', 'ran_at'),
  redrives: removeAged('redrives', 'id', 'ended_at'),
  'reports kept aside': removeAged('reports_kept_aside', 'id', 'kept_at'),
  // A batch is known for as long as one of its jobs is.
  batches: `
WITH gone AS (${removeAged(
    'batches',
    'id',
    'completed_at',
    'NOT EXISTS (SELECT FROM jobs WHERE batch_id = batches.id OR follows_batch = batches.id)',
  )}
), refusals AS (DELETE FROM spawn_refusals USING gone WHERE batch_id = gone.old_key)
SELECT old_key FROM gone`,
} as const;

/** How many, and how many are kept of each trigger. */
export const REMOVE_SURPLUS_RUNS = `
DELETE FROM trigger_runs USING (
  SELECT runs.number
  FROM triggers
  CROSS JOIN LATERAL (SELECT number FROM trigger_runs WHERE trigger_id = triggers.id
                      ORDER BY number DESC OFFSET $2 LIMIT 1) AS newest
  JOIN trigger_runs AS runs ON runs.trigger_id = triggers.id AND runs.number <= newest.number
  LIMIT $1
) AS old
WHERE trigger_runs.number = old.number RETURNING old.number`;

function removeAged(table: string, key: string, time: string, condition = 'true'): string {
  return `
DELETE FROM ${table} USING (
  SELECT ${key} AS old_key FROM ${table} WHERE ${agedBy(time)} AND ${condition}
  ORDER BY ${time} LIMIT $1 FOR UPDATE SKIP LOCKED
) AS old
WHERE ${table}.${key} = old.old_key RETURNING old.old_key`;
}

function agedBy(time: string): string {
  return `${time} < now() - $2::float8 * interval '1 millisecond'`;
}
