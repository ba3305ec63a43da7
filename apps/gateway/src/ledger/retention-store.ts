import { type JobStatus } from '#libs/contracts';
import { type Database, type Queries } from './database.js';
import { countLeaving } from './queue-counts.js';
import { REMOVE_KEYS } from './idempotency.js';
import * as sql from './retention-sql.js';

/** An arbitrary number that every gateway takes as the lock of those who let go of what is old. */
const RETENTION_LOCK = 5_138_015;

/** A job or an upload whose files are to be removed. */
export interface FileOwner {
  readonly id: string;
  readonly tenant: string;
}

/** Removes files from the storage; what is not there is no error. */
export type RemoveFiles = (of: readonly FileOwner[]) => Promise<void>;

/** What is old enough to go, and how much of it at once. */
export interface Portion {
  readonly olderThanMs: number;
  readonly limit: number;
}

/** A place among the final jobs of a status, in the order of their ends: behind this one. */
interface JobPlace {
  readonly ended: string;
  readonly id: string;
}

/** Before the first. */
export const OLDEST: JobPlace = { ended: '-infinity', id: '00000000-0000-0000-0000-000000000000' };

/** What a portion came to: how many were looked at, and how many of them have gone. */
export interface Removal {
  readonly looked: number;
  readonly removed: number;
}

interface OldJob extends FileOwner {
  readonly queue: string;
  readonly status: JobStatus;
  readonly ended: string;
  readonly free: boolean;
}

/** Of what goes by its age alone, or by its number. */
export type Aged = keyof typeof sql.AGED;

/**
 * Lets go of what is old, a portion in each transaction. One gateway at a time: for whoever comes while another is at it, the
 * answer is undefined. Rows that somebody else has in hand are left for the next time.
 */
export class RetentionStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /**
   * Removes final jobs with all that is known of them and their files. The files go first, while nobody can retry their jobs: when they
   * cannot be removed, the jobs stay. What is still needed of an old job, so that it stays, says docs/retention.md. `last` is the place
   * from which to go on.
   */
  async removeJobs(
    status: JobStatus,
    { olderThanMs, limit, after }: Portion & { readonly after: JobPlace },
    removeFiles: RemoveFiles,
  ): Promise<(Removal & { readonly last: JobPlace }) | undefined> {
    return this.#alone(async (transaction) => {
      const looked = await transaction.query<OldJob>(sql.LOCK_JOBS, [
        ...[status, olderThanMs, limit],
        ...[after.ended, after.id],
      ]);
      const jobs = looked.filter(({ free }) => free);
      if (jobs.length > 0) {
        await removeFiles(jobs);
        await transaction.query('DELETE FROM jobs WHERE id = ANY($1::uuid[])', [jobs.map(({ id }) => id)]);
        await countLeaving(transaction, jobs);
      }
      return { looked: looked.length, removed: jobs.length, last: looked.at(-1) ?? after };
    });
  }

  /**
   * Removes uploads that no job, schedule, trigger or follow-up names. One that is named is looked at again when it is as old once
   * more.
   */
  async removeUploads({ olderThanMs, limit }: Portion, removeFiles: RemoveFiles): Promise<Removal | undefined> {
    return this.#alone(async (transaction) => {
      const uploads = await transaction.query<FileOwner & { readonly used: boolean }>(sql.LOCK_UPLOADS, [
        olderThanMs,
        limit,
      ]);
      const unused = uploads.filter(({ used }) => !used);
      await removeFiles(unused);
      await transaction.query('DELETE FROM uploads WHERE id = ANY($1::uuid[])', [unused.map(({ id }) => id)]);
      await transaction.query('UPDATE uploads SET used_at = now() WHERE id = ANY($1::uuid[])', [
        uploads.filter(({ used }) => used).map(({ id }) => id),
      ]);
      return { looked: uploads.length, removed: unused.length };
    });
  }

  /** Removes rows of one kind. */
  async remove(what: Aged, { olderThanMs, limit }: Portion): Promise<Removal | undefined> {
    return this.#removeRows(sql.AGED[what], [limit, olderThanMs]);
  }

  /** Forgets idempotency keys whose time is over. */
  async removeKeys(limit: number): Promise<Removal | undefined> {
    return this.#removeRows(REMOVE_KEYS, [limit]);
  }

  /** Removes the oldest runs of triggers that have more than are kept. */
  async removeSurplusRuns(kept: number, limit: number): Promise<Removal | undefined> {
    return this.#removeRows(sql.REMOVE_SURPLUS_RUNS, [limit, kept]);
  }

  async #removeRows(statement: string, values: readonly unknown[]): Promise<Removal | undefined> {
    return this.#alone(async (transaction) => {
      const { length } = await transaction.query(statement, values);
      return { looked: length, removed: length };
    });
  }

  async #alone<R>(work: (transaction: Queries) => Promise<R>): Promise<R | undefined> {
    return this.#database.transaction(async (transaction) => {
      const [lock] = await transaction.query<{ taken: boolean }>('SELECT pg_try_advisory_xact_lock($1) AS taken', [
        RETENTION_LOCK,
      ]);
      return lock?.taken === true ? work(transaction) : undefined;
    });
  }
}
