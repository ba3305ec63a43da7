import { LIMITS } from '#libs/contracts';
import { type Database, type KeyedQueries, type Queries } from './database.js';

/** A job that may spawn others. */
export interface SpawningJob {
  readonly id: string;
  readonly tenant: string;
  readonly queue: string;
  readonly traceparent: string | null;
}

/** How many jobs a job says that it has spawned. */
export interface SpawnCount {
  readonly job: string;
  readonly spawned: number;
}

/** Knows which jobs may spawn others, and what of that was not taken in. */
export class SpawnStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /**
   * A job that has been sent out; its end is noted from now on. That it runs is not asked for: reports and spawned jobs come
   * by different queues, so that its start may not be known yet, and its end may be known already.
   */
  async spawner(id: string): Promise<SpawningJob | undefined> {
    const [job] = await this.#database.query<SpawningJob>(SPAWNER, [id]);
    return job;
  }

  /** A batch, and those that were spawned by its jobs, by theirs, and so on; the first of them is the batch itself. */
  async batchesUnder(batchId: string): Promise<readonly string[]> {
    const rows = await this.#database.query<{ id: string }>(BATCHES_UNDER, [batchId]);
    return rows.map(({ id }) => id);
  }

  /** Whether jobs may still come into one of these batches: its spawner has not ended, or what it has sent is on its way. */
  async areFilling(batchIds: readonly string[]): Promise<boolean> {
    return (await this.#database.query(FILLING, [batchIds])).length > 0;
  }

  /** A spawned job was not taken in; its batch does not wait for it. */
  async refused(batchId: string, jobId: string): Promise<void> {
    await this.#database.query(REFUSED, [batchId, jobId]);
  }
}

/** Notes how many jobs a batch waits for, before the end of the job that has spawned them is written. */
export async function expectSpawned(transaction: KeyedQueries, counts: readonly SpawnCount[]): Promise<void> {
  if (counts.length === 0) return;
  await transaction.query(EXPECT, [
    counts.map(({ job }) => job),
    counts.map(({ spawned }) => Math.min(spawned, LIMITS.spawnedJobs)),
  ]);
}

/**
 * Gives up spawned jobs that are on their way in, because the broker that had them has lost its data: those that their spawners, which
 * have ended, say they have sent, and that are not there. Nobody waits for them any more, and their batches end as not whole.
 * Returns how many they are.
 */
export async function giveUpSpawned(transaction: Queries): Promise<number> {
  const [lost] = await transaction.query<{ jobs: number }>(GIVE_UP);
  return lost?.jobs ?? 0;
}

const SPAWNER = `
WITH spawner AS (SELECT id, tenant, queue, traceparent, leads_on FROM jobs WHERE id = $1 AND run > 0), led AS (
  UPDATE jobs SET leads_on = true FROM spawner WHERE jobs.id = spawner.id AND NOT spawner.leads_on
)
SELECT id, tenant, queue, traceparent FROM spawner`;

const BATCHES_UNDER = `
WITH RECURSIVE under AS (
  SELECT $1::uuid AS id, 0 AS depth
  UNION ALL SELECT batches.id, depth + 1 FROM under JOIN jobs ON jobs.batch_id = under.id JOIN batches ON batches.id = jobs.id
)
SELECT id FROM under ORDER BY depth`;

const FILLING = `
SELECT FROM batches WHERE id = ANY($1::uuid[]) AND completed_at IS NULL AND (
  EXISTS (SELECT FROM jobs WHERE id = batches.id AND completed_at IS NULL)
  OR expected > total + (SELECT count(*) FROM spawn_refusals WHERE batch_id = batches.id)
) LIMIT 1`;

const REFUSED = `
WITH noted AS (INSERT INTO spawn_refusals VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING batch_id)
INSERT INTO endings (batch_id) SELECT batch_id FROM noted`;

// What was lost had ids that nobody knows.
const GIVE_UP = `
WITH waited_for AS (
  SELECT batches.id, expected - total - (SELECT count(*) FROM spawn_refusals WHERE batch_id = batches.id) AS jobs
  FROM batches JOIN jobs ON jobs.id = batches.id
  WHERE batches.completed_at IS NULL AND jobs.completed_at IS NOT NULL AND expected > total FOR UPDATE OF batches
), given_up AS (
  INSERT INTO spawn_refusals (batch_id, job_id)
  SELECT id, gen_random_uuid() FROM waited_for CROSS JOIN LATERAL generate_series(1, jobs) RETURNING batch_id
), noted AS (
  INSERT INTO endings (batch_id) SELECT DISTINCT batch_id FROM given_up
)
SELECT count(*)::int AS jobs FROM given_up`;

// A batch that is not there yet is paused when that of its spawner is, which is locked meanwhile.
const EXPECT = `
WITH told AS (
  SELECT job_id, max(spawned) AS spawned FROM unnest($1::uuid[], $2::int[]) AS told (job_id, spawned) GROUP BY job_id
), above AS MATERIALIZED (
  SELECT id, paused_at FROM batches
  WHERE id IN (SELECT batch_id FROM told JOIN jobs ON jobs.id = told.job_id) ORDER BY id FOR NO KEY UPDATE
), opened AS (
  INSERT INTO batches (id, tenant, total, expected, paused_at)
  SELECT jobs.id, jobs.tenant, 0, told.spawned, above.paused_at
  FROM told JOIN jobs ON jobs.id = told.job_id LEFT JOIN above ON above.id = jobs.batch_id ORDER BY jobs.id
  ON CONFLICT (id) DO UPDATE SET expected = greatest(batches.expected, excluded.expected)
  WHERE batches.tenant = excluded.tenant
)
UPDATE jobs SET leads_on = true FROM told WHERE jobs.id = told.job_id AND NOT jobs.leads_on`;
