import { Batcher, BatcherFullError } from '#libs/batching';
import { type Attempt, type Job, type JobError } from '#libs/contracts';
import { acceptedJob, workEntryOf } from './accepted-job.js';
import { JobUnconfirmedError, LedgerBusyError } from './acceptance-error.js';
import { type JobFilter } from './job-filter.js';
import { jobListing } from './job-listing.js';
import { blamesContent, type Database, LedgerUnavailableError } from './database.js';
import { IdempotencyError, type IdempotencyKey } from './idempotency.js';
import { bytesOf, heldOf, type InsertedRow, insertJobs, loadOf } from './job-insert.js';
import { isoOf, JOB_COLUMNS, jobOf, type JobRecord } from './job-row.js';
import { KeyedJobs } from './keyed-jobs.js';
import { type Dispatch } from './outbox.js';
import { type OutboxRoom } from './outbox-room.js';
import { CLAIM_MS } from './outbox-store.js';
import { UNREACHABLE_FOR_MS, writePatiently } from './patience.js';
import { type TimeCursor } from './time-cursor.js';
import { type NewJob } from './new-job.js';

/** What became of a new job: entered, or there already by its id or a key. */
export interface Acceptance {
  readonly job: Job;
  readonly created: boolean;
}

/** A job on its way in, and when its caller is told that it could not be entered, by this process's clock. */
interface Entering {
  readonly job: NewJob;
  readonly giveUpAt: number;
}

/** Statements: a second one costs the database as much again, so it is for large payloads and for when the first is stuck. */
const BATCHES_AT_ONCE = 2;
/** Jobs that wait for a statement to be entered with; more callers are refused at once. */
const WAITING_JOBS = 5_000;
const WAITING_BYTES = 64 * 1024 * 1024;

/** Enters and reads jobs. */
export class JobStore {
  readonly #database: Database;
  readonly #dispatch: Dispatch;
  readonly #room: Pick<OutboxRoom, 'admit'> | undefined;
  readonly #accepting: Batcher<Entering, Acceptance | undefined>;
  readonly #keyed: KeyedJobs;

  /** @param room decides whether the outbox takes more; without one it always does */
  constructor(database: Database, dispatch: Dispatch, room?: Pick<OutboxRoom, 'admit'>) {
    this.#database = database;
    this.#dispatch = dispatch;
    this.#room = room;
    this.#keyed = new KeyedJobs(database, dispatch);
    this.#accepting = new Batcher((entering) => this.#insertPatiently(entering), blamesContent, {
      concurrency: BATCHES_AT_ONCE,
      sizeOf: ({ job }) => bytesOf(job),
      maxWaitingItems: WAITING_JOBS,
      maxWaitingBytes: WAITING_BYTES,
    });
  }

  /**
   * Enters a job. When this resolves, its row and its outbox row are committed; concurrent calls share a statement, and
   * a job that the database refuses fails alone.
   * @throws OutboxFullError when the job would go out at once and too much waits for that
   * @throws LedgerBusyError when too many jobs wait to be entered; neither error leaves a job behind
   * @throws JobUnconfirmedError when the database did not confirm it within 8 s; the job may be there all the same
   * @throws ForeignJobIdError when another tenant's job has the id
   * @throws IdempotencyError when the request cannot be taken because of its key
   */
  async accept(job: NewJob, key: IdempotencyKey | null = null): Promise<Acceptance> {
    const entered = job.scheduledFor === null ? this.#room?.admit(bytesOf(job)) : undefined;
    const keyed = key !== null || job.uniqueKey !== null;
    const acceptance = await this.#enter(() =>
      keyed ? this.#enterKeyed(job, key) : this.#accepting.add({ job, giveUpAt: Date.now() + UNREACHABLE_FOR_MS }),
    ).finally(entered);
    if (acceptance === undefined) throw new ForeignJobIdError(job.id);
    return acceptance;
  }

  async #enter(enter: () => Promise<Acceptance | undefined>): Promise<Acceptance | undefined> {
    try {
      return await enter();
    } catch (error) {
      if (error instanceof BatcherFullError) throw new LedgerBusyError(error.message);
      if (error instanceof LedgerUnavailableError) throw new JobUnconfirmedError(error.message, { cause: error });
      throw error;
    }
  }

  /** A job by its id; with a tenant, only that tenant's. */
  async find(id: string, tenant: string | null): Promise<Job | undefined> {
    const [row] = await this.#database.query<JobRecord>(
      `SELECT ${JOB_COLUMNS} FROM jobs WHERE id = $1 AND ($2::text IS NULL OR tenant = $2)`,
      [id, tenant],
    );
    return row === undefined ? undefined : jobOf(row);
  }

  /** The options that a job was given, as they were; an empty object when it was given none. */
  async givenOptions(id: string): Promise<object> {
    const [row] = await this.#database.query<{ given_options: object | null }>(
      'SELECT given_options FROM jobs WHERE id = $1',
      [id],
    );
    return row?.given_options ?? {};
  }

  /** The W3C trace context that a job came with. */
  async traceparent(id: string): Promise<string | null> {
    const [row] = await this.#database.query<{ traceparent: string | null }>(
      'SELECT traceparent FROM jobs WHERE id = $1',
      [id],
    );
    return row?.traceparent ?? null;
  }

  /** Jobs newest first; with `after`, those behind it. */
  async list(filter: JobFilter, page: { limit: number; after: TimeCursor | null }): Promise<Job[]> {
    const { sql, values } = jobListing(filter, page);
    return (await this.#database.query<JobRecord>(sql, values)).map(jobOf);
  }

  /** Every run of a job, oldest first. */
  async attempts(jobId: string): Promise<Attempt[]> {
    const rows = await this.#database.query<AttemptRow>(
      'SELECT attempt, run, worker_id, started_at, ended_at, outcome, error, reason FROM attempts WHERE job_id = $1 ORDER BY run',
      [jobId],
    );
    return rows.map((row) => ({
      attempt: row.attempt,
      run: row.run,
      workerId: row.worker_id,
      startedAt: isoOf(row.started_at),
      endedAt: isoOf(row.ended_at),
      outcome: row.outcome,
      error: row.error,
      reason: row.reason,
    }));
  }

  async #enterKeyed(job: NewJob, key: IdempotencyKey | null): Promise<Acceptance | undefined> {
    const result = await this.#keyed.enter({ job, key });
    if (result.kind === 'entered') return { job: acceptedJob(job, result.row.created_at), created: true };
    const standing = await this.find(result.id, job.tenant);
    if (standing !== undefined) return { job: standing, created: false };
    if (key !== null) throw new IdempotencyError('deleted');
    return result.id === job.id ? undefined : this.#enterKeyed(job, key); // who stood for it was deleted just now
  }

  // Callers wait for the batches before theirs too, so their time runs from when they came.
  async #insertPatiently(entering: readonly Entering[]): Promise<readonly (Acceptance | undefined)[]> {
    const jobs = entering.map(({ job }) => job);
    const giveUpAt = Math.min(...entering.map((one) => one.giveUpAt));
    return writePatiently(giveUpAt, () => this.#insert(jobs));
  }

  async #insert(jobs: readonly NewJob[]): Promise<readonly (Acceptance | undefined)[]> {
    const held = heldOf(jobs, this.#dispatch);
    const direct = this.#dispatch.takes(loadOf(jobs, held));
    const rows = await insertJobs(this.#database, jobs, { claimMs: direct ? CLAIM_MS : 0, dueWaits: true, held });
    this.#dispatch.holds(held);
    const rowOf = rowsByJob(jobs, rows);
    if (direct) this.#dispatch.send(jobs.flatMap((job) => workEntryOf(job, rowOf.get(job))));
    else this.#dispatch.wake();
    return Promise.all(jobs.map((job) => this.#acceptanceOf(job, rowOf.get(job))));
  }

  /** Undefined when another tenant's job has the id. */
  async #acceptanceOf(job: NewJob, row: InsertedRow | undefined): Promise<Acceptance | undefined> {
    if (row !== undefined) return { job: acceptedJob(job, row.created_at), created: true };
    const existing = await this.find(job.id, job.tenant);
    return existing === undefined ? undefined : { job: existing, created: false };
  }
}

/** The row that each job has become. Of jobs that come with the same id in one statement the first is entered. */
function rowsByJob(jobs: readonly NewJob[], rows: readonly InsertedRow[]): Map<NewJob, InsertedRow> {
  const firstById = new Map(jobs.toReversed().map((job) => [job.id, job]));
  return new Map(
    rows.flatMap((row) => {
      const job = firstById.get(row.id);
      return job === undefined ? [] : [[job, row]];
    }),
  );
}

/** The id belongs to another tenant's job. */
export class ForeignJobIdError extends Error {
  constructor(id: string) {
    super(`The id ${id} is taken. Choose another, or leave it out.`);
  }
}

interface AttemptRow {
  readonly attempt: number;
  readonly run: number;
  readonly worker_id: string | null;
  readonly started_at: Date | null;
  readonly ended_at: Date | null;
  readonly outcome: Attempt['outcome'];
  readonly error: JobError | null;
  readonly reason: string | null;
}
