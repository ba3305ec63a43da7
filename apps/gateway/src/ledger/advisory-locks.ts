import { createHash } from 'node:crypto';
import { type Queries } from './database.js';
import { type PreparedStatement } from './statement.js';

/** The number of a lock that a transaction holds until it ends, as text. */
type LockNumber = string;

/** A call may be about thousands of unique keys, and the database keeps room for some thousand locks in all. */
const UNIQUE_LOCKS = 1_024n;

/** The lock of an idempotency key: whoever has it decides what the key stands for. */
export function idempotencyLock(tenant: string, key: string): LockNumber {
  return String(BigInt.asIntN(64, numberOf('idempotency key', tenant, key)));
}

/** The lock of a unique key: whoever has it decides which job holds the key. Keys share locks. */
export function uniqueLock(tenant: string, task: string, key: string): LockNumber {
  return String(numberOf('unique key', tenant, task, key) % UNIQUE_LOCKS);
}

/** The lock of a tenant's triggers: whoever has it counts them and makes another. */
export function tenantTriggersLock(tenant: string): LockNumber {
  return String(BigInt.asIntN(64, numberOf('triggers', tenant)));
}

/** The lock of a tenant's webhook endpoints: whoever has it counts them and makes another. */
export function tenantEndpointsLock(tenant: string): LockNumber {
  return String(BigInt.asIntN(64, numberOf('webhook endpoints', tenant)));
}

/** Takes those of the locks that nobody else has, and returns them. */
export async function tryLocks(transaction: Queries, locks: Iterable<LockNumber>): Promise<ReadonlySet<LockNumber>> {
  const rows = await transaction.query<{ number: LockNumber; taken: boolean }>(TRY_LOCKS, [[...new Set(locks)]]);
  return new Set(rows.filter(({ taken }) => taken).map(({ number }) => number));
}

/** Takes locks, waiting for those that others have. They are taken in order, so that nobody waits for one who waits for it. */
export async function takeLocks(transaction: Queries, locks: Iterable<LockNumber>): Promise<void> {
  const wanted = [...new Set(locks)];
  if (wanted.length === 0) return;
  await transaction.query(
    `SELECT pg_advisory_xact_lock(number)
     FROM (SELECT number FROM unnest($1::bigint[]) AS wanted (number) ORDER BY number OFFSET 0) AS ordered`,
    [wanted],
  );
}

const TRY_LOCKS: PreparedStatement = {
  name: 'try-locks',
  text: 'SELECT number::text, pg_try_advisory_xact_lock(number) AS taken FROM unnest($1::bigint[]) AS wanted (number)',
};

function numberOf(...names: readonly string[]): bigint {
  return createHash('sha256').update(JSON.stringify(names)).digest().readBigUInt64BE();
}
