import pg from 'pg';

const AT_ONCE = 50_000;
const batchId = (number: number): string => `00000000-0000-7000-8000-${number.toString(16).padStart(12, '0')}`;

/** Values by which lists filter: many rows have the frequent ones, few the rare ones. */
export const FILLED = {
  frequent: { tenant: 'default', queue: 'q0', task: 'q0.t0', errorCode: 'e0', userId: 'u1001', kind: 'k1' },
  rare: { tenant: 't-rare', queue: 'q-rare', task: 'q0.t-rare', errorCode: 'e-rare' },
  /** Whose jobs are all of the first tenth of the time. */
  formerTenant: 't-left',
  /** In the metadata of completed jobs alone. */
  ofCompleted: { source: 'web' },
  batch: batchId(0x100),
  /** Each a twentieth of all; in the second nothing has failed. */
  largeBatch: batchId(1),
  completedBatch: batchId(2),
} as const;

/**
 * Fills the ledger of a suite with final jobs as a month would leave them: frequent and rare tenants, queues, tasks, errors and
 * metadata, small batches and large ones.
 */
export async function fillLedger(databaseUrl: string, rows: number): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    for (let from = 0; from < rows; from += AT_ONCE) {
      await client.query(FILL, [from, Math.min(from + AT_ONCE, rows) - 1, rows]);
    }
    await client.query('VACUUM ANALYZE jobs');
  } finally {
    await client.end();
  }
}

// Each row's chances are its own, so that no two columns go together but where it says so.
const FILL = `
INSERT INTO jobs (id, tenant, task, queue, status, priority, payload, metadata, run, attempt, charged, max_attempts, backoff,
                  timeout_ms, progress, worker_id, result, error, batch_id, created_at, started_at, completed_at)
SELECT gen_random_uuid(),
       CASE WHEN c[1] < 0.0002 THEN 't-rare' WHEN c[1] < 0.05 AND age < 0.1 THEN 't-left' WHEN c[1] < 0.6 THEN 'default'
            ELSE 't' || floor(c[1] * 100) END,
       queue || '.' || CASE WHEN queue = 'q0' AND c[2] < 0.0004 THEN 't-rare' ELSE 't' || floor(c[2] * 3) END,
       queue, status, 4,
       json_build_object('source', json_build_object('key', 'default/' || n), 'variants', repeat('x', 200)),
       CASE WHEN c[3] < 0.5 THEN '{}'
            ELSE jsonb_build_object('userId', 'u' || floor(c[3] * 2000), 'kind', 'k' || floor(c[4] * 4), 'order', n)
              || CASE WHEN status = 'completed' AND c[10] < 0.3 THEN '{"source": "web"}'::jsonb ELSE '{}' END END,
       1, 1, 1, 3, '{}', 60000, 100, 'lab@bench', CASE WHEN status = 'completed' THEN '{"rows": 1}'::json END,
       CASE WHEN status = 'failed' OR c[5] < 0.02 THEN
         json_build_object('code', CASE WHEN c[6] < 0.001 THEN 'e-rare' ELSE 'e' || floor(c[6] * 5) END, 'message', 'Something.',
                           'permanent', false, 'attempt', 1,
                           'at', to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) END,
       CASE WHEN c[7] < 0.05 THEN '${FILLED.largeBatch}'::uuid
            WHEN c[7] < 0.1 AND status = 'completed' THEN '${FILLED.completedBatch}'::uuid
            WHEN c[7] > 0.9 THEN ('00000000-0000-7000-8000-' || lpad(to_hex(256 + n / 1000), 12, '0'))::uuid END,
       at, at + interval '50 milliseconds', at + interval '100 milliseconds'
FROM (
  SELECT n, c, age, date_trunc('milliseconds', now() - (1 - age) * interval '30 days') AS at,
         CASE WHEN c[8] < 0.0001 THEN 'q-rare' ELSE 'q' || floor(c[8] * 4) END AS queue,
         CASE WHEN c[9] < 0.025 THEN 'failed' WHEN c[9] < 0.04 THEN 'cancelled' ELSE 'completed' END AS status
  FROM generate_series($1::int, $2::int) AS n
  CROSS JOIN LATERAL (SELECT n::float8 / $3::int AS age) AS place
  CROSS JOIN LATERAL (SELECT array_agg(random()) AS c FROM generate_series(1, 10 + n * 0)) AS chances
) AS job`;
