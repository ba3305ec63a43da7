import { idempotencyLock, tryLocks } from './advisory-locks.js';
import { type Transaction } from './database.js';
import {
  IdempotencyError,
  type IdempotencyKey,
  type IdempotencyReason,
  type KnownKey,
  readKeys,
  writeKeys,
} from './idempotency.js';
import { type InsertedRow, type InsertOptions, insertJobs } from './job-insert.js';
import { type NewJob } from './new-job.js';
import { readHolders, uniqueLocksOf, uniqueName } from './unique-keys.js';

/** A job with a unique key, or of a request with an idempotency key, or both. */
export interface KeyedJob {
  readonly job: NewJob;
  readonly key: IdempotencyKey | null;
}

/**
 * What becomes of a keyed job: it is entered; the job of that id stands for it; its request is refused; or somebody else
 * decides about its unique key just now, so that it must be tried again.
 */
export type KeyedOutcome =
  | { readonly kind: 'entered'; readonly row: InsertedRow }
  | { readonly kind: 'standing'; readonly id: string }
  | { readonly kind: 'refused'; readonly reason: IdempotencyReason }
  | { readonly kind: 'contended' };

/**
 * Enters keyed jobs and keeps their keys in one transaction. No other gateway decides about the same keys meanwhile, and
 * nobody waits for one that does: a lock that is not free is an outcome.
 */
export async function enterKeyed(
  transaction: Transaction,
  wanted: readonly KeyedJob[],
  options: InsertOptions,
): Promise<KeyedOutcome[]> {
  const taken = await tryLocks(transaction, wanted.flatMap(locksOf));
  const knows = new Knowledge(
    taken,
    await readKeys(transaction, keysOf(wanted)),
    await readHolders(
      transaction,
      wanted.map(({ job }) => job),
    ),
  );
  const judged = wanted.map((one) => knows.judge(one));
  const entering = wanted.flatMap(({ job }, index) => (judged[index] === undefined ? [job] : []));
  const rows = entering.length === 0 ? [] : await insertJobs(transaction, entering, options);
  const rowOf = new Map(rows.map((row) => [row.id, row]));
  const outcomes = wanted.map(({ job }, index) => judged[index] ?? enteredOf(job, rowOf.get(job.id)));
  await writeKeys(
    transaction,
    wanted.flatMap(({ job, key }, index) => {
      const outcome = outcomes[index];
      if (key === null || outcome === undefined) return [];
      if (outcome.kind === 'entered') return [{ key, made: job.id }];
      return outcome.kind === 'standing' && !knows.request(key) ? [{ key, made: outcome.id }] : [];
    }),
  );
  return outcomes;
}

/** What is known of keys before anything is entered, and what the jobs before have made of them. */
class Knowledge {
  readonly #taken: ReadonlySet<string>;
  readonly #requests: ReadonlyMap<string, KnownKey>;
  readonly #holders: Map<string, string>;
  readonly #judgedKeys = new Set<string>();

  constructor(taken: ReadonlySet<string>, requests: readonly KnownKey[], holders: ReadonlyMap<string, string>) {
    this.#taken = taken;
    this.#requests = new Map(requests.map((known) => [nameOf(known), known]));
    this.#holders = new Map(holders);
  }

  /** Whether the key was kept before. */
  request(key: IdempotencyKey): boolean {
    return this.#requests.has(nameOf(key));
  }

  /** Undefined: the job is to be entered. */
  judge({ job, key }: KeyedJob): KeyedOutcome | undefined {
    const refused = key === null ? undefined : this.#judgeRequest(key);
    if (refused !== undefined) return refused;
    if (job.uniqueKey === null) return undefined;
    if (uniqueLocksOf([job]).some((lock) => !this.#taken.has(lock))) return { kind: 'contended' };
    const holder = this.#holders.get(uniqueName(job));
    if (holder !== undefined) return { kind: 'standing', id: holder };
    this.#holders.set(uniqueName(job), job.id);
    return undefined;
  }

  // Of two requests that come with one key together, the first is being stored when the second is looked at.
  #judgeRequest(key: IdempotencyKey): KeyedOutcome | undefined {
    const name = nameOf(key);
    const free = this.#taken.has(idempotencyLock(key.tenant, key.key)) && !this.#judgedKeys.has(name);
    if (!free) return { kind: 'refused', reason: 'being_stored' };
    const known = this.#requests.get(name);
    if (known === undefined) {
      this.#judgedKeys.add(name);
      return undefined;
    }
    const same = known.fingerprint.equals(key.fingerprint);
    return same ? { kind: 'standing', id: known.made } : { kind: 'refused', reason: 'other_request' };
  }
}

/** The outcome's error, if it is one. */
export function refusalOf(outcome: KeyedOutcome): IdempotencyError | undefined {
  return outcome.kind === 'refused' ? new IdempotencyError(outcome.reason) : undefined;
}

// Whoever has the id has it already: this job, when it is written for the second time.
function enteredOf(job: NewJob, row: InsertedRow | undefined): KeyedOutcome {
  return row === undefined ? { kind: 'standing', id: job.id } : { kind: 'entered', row };
}

function locksOf({ job, key }: KeyedJob): string[] {
  return [...uniqueLocksOf([job]), ...(key === null ? [] : [idempotencyLock(key.tenant, key.key)])];
}

function keysOf(wanted: readonly KeyedJob[]): IdempotencyKey[] {
  return wanted.flatMap(({ key }) => (key === null ? [] : [key]));
}

function nameOf({ tenant, key }: Pick<IdempotencyKey, 'tenant' | 'key'>): string {
  return JSON.stringify([tenant, key]);
}
