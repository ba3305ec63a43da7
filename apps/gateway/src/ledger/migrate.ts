import { type Migration } from './migration.js';
import { type Database, type Transaction } from './database.js';
import { ledger } from './migrations/0001-ledger.js';
import { workers } from './migrations/0002-workers.js';
import { control } from './migrations/0003-control.js';
import { deadLetters } from './migrations/0004-dead-letters.js';
import { reconciler } from './migrations/0005-reconciler.js';
import { doctor } from './migrations/0006-doctor.js';
import { schedules } from './migrations/0008-schedules.js';
import { batches } from './migrations/0009-batches.js';
import { live } from './migrations/0010-live.js';
import { flows } from './migrations/0012-flows.js';
import { spawned } from './migrations/0013-spawned.js';
import { events } from './migrations/0014-events.js';
import { retention } from './migrations/0015-retention.js';
import { limits } from './migrations/0016-limits.js';
import { release } from './migrations/0017-release.js';
import { voidProofs } from './migrations/0018-void-proofs.js';
import { facts } from './migrations/0019-facts.js';
import { priorityClasses } from './migrations/0021-priority-classes.js';
import { fullLedger } from './migrations/0025-full-ledger.js';
import { retentionSweep } from './migrations/0026-retention-sweep.js';
import { dependencies } from './migrations/0027-dependencies.js';
import { webhookEndpoints } from './migrations/0028-webhook-endpoints.js';
import { sessions } from './migrations/0030-sessions.js';
import { actions } from './migrations/0031-actions.js';
import { batchLists } from './migrations/0032-batch-lists.js';
import { putOffRuns } from './migrations/0035-put-off-runs.js';
import { endsTogether } from './migrations/0037-ends-together.js';
import { pausedBatches } from './migrations/0038-paused-batches.js';
import { workerMemory } from './migrations/0039-worker-memory.js';
import { leftPaused } from './migrations/0040-left-paused.js';
import { failingEndpoints } from './migrations/0041-failing-endpoints.js';
import { keptPlans } from './migrations/0045-kept-plans.js';
import { givenOptions } from './migrations/0049-given-options.js';
import { waitingTimes } from './migrations/0050-waiting-times.js';
import { openInBatch } from './migrations/0051-open-in-batch.js';

/** Every step, in order. */
export const MIGRATIONS: readonly Migration[] = [
  ledger,
  workers,
  control,
  deadLetters,
  reconciler,
  doctor,
  schedules,
  batches,
  live,
  flows,
  spawned,
  events,
  retention,
  limits,
  release,
  voidProofs,
  facts,
  priorityClasses,
  fullLedger,
  retentionSweep,
  dependencies,
  webhookEndpoints,
  sessions,
  actions,
  batchLists,
  putOffRuns,
  endsTogether,
  pausedBatches,
  workerMemory,
  leftPaused,
  failingEndpoints,
  keptPlans,
  givenOptions,
  waitingTimes,
  openInBatch,
];

/** An arbitrary number that every gateway takes as the lock of its migrations. */
const MIGRATION_LOCK = 5_138_008;

/**
 * Brings the database's schema to this version in one transaction, so that it is there whole or not at all. Gateways that
 * start together wait for one another.
 * @throws Error when the database has steps that this version does not know: it belongs to a newer Leveret
 */
export async function migrate(database: Database): Promise<void> {
  await database.transaction(async (transaction) => {
    await transaction.patiently(`SELECT pg_advisory_xact_lock(${MIGRATION_LOCK})`);
    await transaction.query(
      'CREATE TABLE IF NOT EXISTS migrations (name text PRIMARY KEY, ran_at timestamptz NOT NULL DEFAULT now())',
    );
    const done = new Set(
      (await transaction.query<{ name: string }>('SELECT name FROM migrations')).map(({ name }) => name),
    );
    refuseUnknown(done);
    for (const migration of MIGRATIONS) if (!done.has(migration.name)) await run(transaction, migration);
  });
}

/** A step that waits for a lock makes everybody after it wait: it is given up and tried again. */
const LOCK_MS = 5_000;

async function run(transaction: Transaction, { name, sql }: Migration): Promise<void> {
  await transaction.query(`SET LOCAL lock_timeout = ${LOCK_MS}`);
  await transaction.patiently(sql);
  await transaction.query('INSERT INTO migrations (name) VALUES ($1)', [name]);
}

function refuseUnknown(done: ReadonlySet<string>): void {
  const known = new Set(MIGRATIONS.map(({ name }) => name));
  const unknown = [...done].filter((name) => !known.has(name));
  if (unknown.length > 0) {
    throw new Error(
      `The database has migrations that this version does not know (${unknown.join(', ')}). ` +
        'Start the version of Leveret that made them, or a newer one.',
    );
  }
}
