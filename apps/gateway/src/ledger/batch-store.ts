import { type JobStatus } from '#libs/contracts';
import { workEntryOf } from './accepted-job.js';
import { idempotencyLock, takeLocks, tryLocks } from './advisory-locks.js';
import { JobUnconfirmedError } from './acceptance-error.js';
import { type Batch, type BatchFilter, type BatchPage, listBatches, readBatch } from './batch-reads.js';
import { type Database, LedgerUnavailableError, type Queries, type Transaction } from './database.js';
import { type FollowUp, INSERT_FOLLOW_UPS_OF_BATCH } from './follow-up.js';
import { IdempotencyError, type IdempotencyKey, matching, readKeys, writeKeys } from './idempotency.js';
import { JobChunks } from './job-chunks.js';
import { bytesOf, heldOf, insertJobs, type InsertOptions, loadOf } from './job-insert.js';
import { type NewJob } from './new-job.js';
import { type Dispatch, type WorkEntry } from './outbox.js';
import { type OutboxRoom } from './outbox-room.js';
import { CLAIM_MS } from './outbox-store.js';
import { readHolders, uniqueLocksOf, uniqueName } from './unique-keys.js';

/** A batch and the ids of its jobs in the order of the request. */
export interface EnteredBatch {
  readonly batchId: string;
  readonly jobIds: readonly string[];
}

/** A batch that is to be entered. */
export interface NewBatch extends Pick<Batch, 'id' | 'tenant'> {
  readonly jobs: readonly NewJob[];
  /** What is to be enqueued at its end. */
  readonly then: readonly FollowUp[];
}

/** A batch, and which of its jobs wait for their turn. */
type HeldBatch = NewBatch & Pick<InsertOptions, 'held'>;

/** Enters and reads batches. */
export class BatchStore {
  readonly #database: Database;
  readonly #dispatch: Dispatch;
  readonly #room: Pick<OutboxRoom, 'admit'> | undefined;
  /** One batch of this process is entered at a time, so that most connections are left for others. */
  #entering: Promise<unknown> = Promise.resolve();

  /** @param room decides whether the outbox takes more; without one it always does */
  constructor(database: Database, dispatch: Dispatch, room?: Pick<OutboxRoom, 'admit'>) {
    this.#database = database;
    this.#dispatch = dispatch;
    this.#room = room;
  }

  /**
   * What a batch call with this key has made before.
   * @throws IdempotencyError when that was another request
   */
  async made(key: IdempotencyKey): Promise<EnteredBatch | undefined> {
    return known(this.#database, key);
  }

  /**
   * Enters all jobs of a batch in one transaction, or none. In place of one whose unique key another job holds, that job is
   * in the answer; it does not belong to the batch.
   * @throws OutboxFullError when some would go out at once and too much waits for that
   * @throws IdempotencyError when the request cannot be taken because of its key
   * @throws JobUnconfirmedError when the database did not confirm it; the jobs may be there all the same
   */
  async enter(batch: NewBatch, key: IdempotencyKey | null): Promise<EnteredBatch> {
    const leaving = batch.jobs.filter(({ scheduledFor }) => scheduledFor === null);
    const entered = leaving.length === 0 ? undefined : this.#room?.admit(sizeOf(leaving), leaving.length);
    const held = heldOf(batch.jobs, this.#dispatch);
    const turn = this.#entering.then(() => this.#write({ ...batch, held }, key));
    this.#entering = turn.catch(() => undefined);
    try {
      return await turn;
    } catch (error) {
      if (error instanceof LedgerUnavailableError) throw new JobUnconfirmedError(error.message, { cause: error });
      throw error;
    } finally {
      entered?.();
    }
  }

  async #write(batch: HeldBatch, key: IdempotencyKey | null): Promise<EnteredBatch> {
    const direct = this.#dispatch.takes(loadOf(batch.jobs, batch.held));
    const claimMs = direct ? CLAIM_MS : 0;
    try {
      const { entries, ...entered } = await this.#database.transaction((transaction) =>
        enterBatch(transaction, { ...batch, claimMs }, key),
      );
      if (direct) this.#dispatch.send(entries);
      return entered;
    } finally {
      this.#dispatch.holds(batch.held);
      if (direct) this.#dispatch.wake();
      else this.#dispatch.hurry();
    }
  }

  /** A batch by its id; with a tenant, only that tenant's. */
  async find(id: string, tenant: string | null): Promise<Batch | undefined> {
    return readBatch(this.#database, id, tenant);
  }

  /** Batches newest first; with `after`, those behind it. */
  async list(filter: BatchFilter, page: BatchPage): Promise<readonly Batch[]> {
    return listBatches(this.#database, filter, page);
  }

  /** The next ids of jobs of a batch in one of these statuses, in the order of their ids. */
  async jobIds(
    id: string,
    statuses: readonly JobStatus[],
    page: { readonly after: string | null; readonly limit: number },
  ): Promise<string[]> {
    const rows = await this.#database.query<{ id: string }>(
      `SELECT id FROM jobs WHERE batch_id = $1 AND status = ANY($2::text[]) AND ($3::uuid IS NULL OR id > $3)
       ORDER BY id LIMIT $4`,
      [id, statuses, page.after, page.limit],
    );
    return rows.map((row) => row.id);
  }
}

async function enterBatch(
  transaction: Transaction,
  { id, tenant, jobs, then, held, claimMs }: HeldBatch & Pick<InsertOptions, 'claimMs'>,
  key: IdempotencyKey | null,
): Promise<EnteredBatch & { readonly entries: readonly WorkEntry[] }> {
  const before = key === null ? undefined : await lockKey(transaction, key);
  if (before !== undefined) return { ...before, entries: [] };
  await takeLocks(transaction, uniqueLocksOf(jobs));
  const { entering, jobIds } = divided(jobs, await readHolders(transaction, jobs));
  await transaction.query('INSERT INTO batches (id, tenant, total) VALUES ($1, $2, $3)', [id, tenant, entering.length]);
  if (then.length > 0) await transaction.query(INSERT_FOLLOW_UPS_OF_BATCH, [id, tenant, JSON.stringify(then)]);
  const entries: WorkEntry[] = [];
  const chunks = new JobChunks<NewJob>(async (chunk) => {
    const rows = await insertJobs(transaction, chunk, { claimMs, dueWaits: true, held });
    if (rows.length < chunk.length) throw new Error(`Not every job of the batch ${id} could be entered.`);
    if (claimMs === 0) return;
    const rowOf = new Map(rows.map((row) => [row.id, row]));
    for (const job of chunk) entries.push(...workEntryOf(job, rowOf.get(job.id)));
  });
  for (const job of entering) await chunks.add(job, job);
  await chunks.end();
  // No job of it will end: it has come to its end already.
  if (entering.length === 0) await transaction.query('INSERT INTO endings (batch_id) VALUES ($1)', [id]);
  if (key !== null) await writeKeys(transaction, [{ key, made: id, answer: { jobIds } }]);
  return { batchId: id, jobIds, entries };
}

/** @throws IdempotencyError when somebody else has the key just now, or another request had it */
async function lockKey(transaction: Transaction, key: IdempotencyKey): Promise<EnteredBatch | undefined> {
  const lock = idempotencyLock(key.tenant, key.key);
  if (!(await tryLocks(transaction, [lock])).has(lock)) throw new IdempotencyError('being_stored');
  return known(transaction, key);
}

async function known(queries: Queries, key: IdempotencyKey): Promise<EnteredBatch | undefined> {
  const [row] = await readKeys(queries, [key]);
  if (row === undefined) return undefined;
  const { made, answer } = matching(key, row);
  return { batchId: made, jobIds: (answer as { readonly jobIds: readonly string[] }).jobIds };
}

/** The jobs that are entered, and for every job of the request the one that stands for it. */
function divided(
  jobs: readonly NewJob[],
  holders: ReadonlyMap<string, string>,
): { readonly entering: readonly NewJob[]; readonly jobIds: readonly string[] } {
  const standing = new Map(holders);
  const jobIds = jobs.map((job) => {
    if (job.uniqueKey === null) return job.id;
    const id = standing.get(uniqueName(job)) ?? job.id;
    standing.set(uniqueName(job), id);
    return id;
  });
  return { entering: jobs.filter(({ id }, index) => jobIds[index] === id), jobIds };
}

function sizeOf(jobs: readonly NewJob[]): number {
  return jobs.reduce((bytes, job) => bytes + bytesOf(job), 0);
}
