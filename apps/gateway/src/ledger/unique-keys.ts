import { takeLocks, uniqueLock } from './advisory-locks.js';
import { type Queries } from './database.js';
import { type NewJob } from './new-job.js';

/** A unique key of a task, as text. */
export function uniqueName({ tenant, task, uniqueKey }: Pick<NewJob, 'tenant' | 'task' | 'uniqueKey'>): string {
  return JSON.stringify([tenant, task, uniqueKey]);
}

/** The locks of the unique keys that these jobs want. */
export function uniqueLocksOf(jobs: readonly NewJob[]): string[] {
  return jobs.flatMap(({ tenant, task, uniqueKey }) =>
    uniqueKey === null ? [] : [uniqueLock(tenant, task, uniqueKey)],
  );
}

/** The jobs that hold the unique keys that these jobs want, by `uniqueName`. The keys' locks must be held. */
export async function readHolders(queries: Queries, jobs: readonly NewJob[]): Promise<ReadonlyMap<string, string>> {
  const wanting = jobs.filter(({ uniqueKey }) => uniqueKey !== null);
  if (wanting.length === 0) return new Map();
  const rows = await queries.query<{ id: string; tenant: string; task: string; unique_key: string }>(READ_HOLDERS, [
    wanting.map(({ tenant }) => tenant),
    wanting.map(({ task }) => task),
    wanting.map(({ uniqueKey }) => uniqueKey),
  ]);
  return new Map(rows.map(({ id, unique_key, ...key }) => [uniqueName({ uniqueKey: unique_key, ...key }), id]));
}

/**
 * Which of these final jobs cannot be opened again, because another open job holds their unique key; of several with one
 * key the newest may. Nobody else decides about these keys until the transaction ends.
 */
export async function heldByOthers(transaction: Queries, ids: readonly string[]): Promise<ReadonlySet<string>> {
  const keyed = await transaction.query<{ tenant: string; task: string; unique_key: string }>(
    'SELECT tenant, task, unique_key FROM jobs WHERE id = ANY($1::uuid[]) AND unique_key IS NOT NULL',
    [ids],
  );
  if (keyed.length === 0) return new Set();
  await takeLocks(
    transaction,
    keyed.map(({ tenant, task, unique_key }) => uniqueLock(tenant, task, unique_key)),
  );
  const held = await transaction.query<{ id: string }>(HELD_BY_OTHERS, [ids]);
  return new Set(held.map(({ id }) => id));
}

// Whoever holds a key and is open comes last, so that it is the one that is kept.
const READ_HOLDERS = `
WITH wanted AS (SELECT DISTINCT * FROM unnest($1::text[], $2::text[], $3::text[]) AS wanted (tenant, task, unique_key))
SELECT holder.*
FROM (
  SELECT jobs.id, tenant, task, unique_key, jobs.unique_until FROM jobs JOIN wanted USING (tenant, task, unique_key)
  WHERE jobs.unique_until > now()
  UNION ALL
  SELECT jobs.id, tenant, task, unique_key, 'infinity' FROM jobs JOIN wanted USING (tenant, task, unique_key)
  WHERE jobs.unique_key IS NOT NULL AND jobs.completed_at IS NULL
) AS holder (id, tenant, task, unique_key, until)
ORDER BY until`;

const HELD_BY_OTHERS = `
SELECT mine.id
FROM (
  SELECT id, tenant, task, unique_key,
         row_number() OVER (PARTITION BY tenant, task, unique_key ORDER BY created_at DESC, id DESC) AS place
  FROM jobs WHERE id = ANY($1::uuid[]) AND unique_key IS NOT NULL AND status IN ('failed', 'cancelled')
) AS mine
WHERE place > 1 OR EXISTS (
  SELECT FROM jobs WHERE jobs.tenant = mine.tenant AND jobs.task = mine.task AND jobs.unique_key = mine.unique_key
    AND jobs.unique_key IS NOT NULL AND jobs.completed_at IS NULL)`;
