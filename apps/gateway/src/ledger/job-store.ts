import { setTimeout as delay } from 'node:timers/promises';
import { Batcher, BatcherFullError } from '#libs/batching';
import { type Attempt, type Backoff, type Job, type JobError, type WorkOrder } from '#libs/contracts';
import { JobUnconfirmedError, LedgerBusyError } from './acceptance-error.js';
import { conditionsOf, type JobCursor, type JobFilter } from './job-filter.js';
import { blamesContent, type Database, LedgerUnavailableError } from './database.js';
import { type InsertedRow, insertJobs } from './job-insert.js';
import { jobOf, type JobRecord, JOB_COLUMNS, isoOf } from './job-row.js';
import { type Dispatch, type WorkEntry } from './outbox.js';
import { type OutboxRoom } from './outbox-room.js';
import { CLAIM_MS } from './outbox-store.js';

/** A job that has been checked and may be entered. */
export interface NewJob {
  readonly id: string;
  readonly tenant: string;
  readonly task: string;
  readonly queue: string;
  /** The key of the queue that the domain's newest app has announced. */
  readonly queueKey: string;
  readonly priority: number;
  /** JSON text. */
  readonly payload: string;
  /** JSON text of an object. */
  readonly metadata: string;
  readonly maxAttempts: number;
  readonly backoff: Backoff;
  readonly timeoutMs: number;
  readonly schemaHash: string | null;
  readonly traceparent: string | null;
  /** Null: at once. */
  readonly scheduledFor: Date | null;
  readonly expiresAt: Date | null;
}

/** What became of a new job: entered, or there already by its id. */
export interface Acceptance {
  readonly job: Job;
  readonly created: boolean;
}

/** A job on its way in, and when its caller is told that it could not be entered, by this process's clock. */
interface Entering {
  readonly job: NewJob;
  readonly giveUpAt: number;
}

const BATCHES_AT_ONCE = 2;
/** Jobs that wait for a statement to be entered with; more callers are refused at once. */
const WAITING_JOBS = 5_000;
const WAITING_BYTES = 64 * 1024 * 1024;
const UNREACHABLE_FOR_MS = 8_000;
const RETRY_PAUSE_MS = 250;

/** Enters and reads jobs. */
export class JobStore {
  readonly #database: Database;
  readonly #dispatch: Dispatch;
  readonly #room: Pick<OutboxRoom, 'admit'> | undefined;
  readonly #accepting: Batcher<Entering, Acceptance | undefined>;

  /** @param room decides whether the outbox takes more; without one it always does */
  constructor(database: Database, dispatch: Dispatch, room?: Pick<OutboxRoom, 'admit'>) {
    this.#database = database;
    this.#dispatch = dispatch;
    this.#room = room;
    this.#accepting = new Batcher((entering) => this.#insertPatiently(entering), blamesContent, {
      concurrency: BATCHES_AT_ONCE,
      sizeOf: ({ job }) => job.payload.length,
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
   */
  async accept(job: NewJob): Promise<Acceptance> {
    const entered = job.scheduledFor === null ? this.#room?.admit(job.payload.length) : undefined;
    const acceptance = await this.#enter(job).finally(entered);
    if (acceptance === undefined) throw new ForeignJobIdError(job.id);
    return acceptance;
  }

  async #enter(job: NewJob): Promise<Acceptance | undefined> {
    try {
      return await this.#accepting.add({ job, giveUpAt: Date.now() + UNREACHABLE_FOR_MS });
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

  /** Jobs newest first; with `after`, those behind it. */
  async list(filter: JobFilter, page: { limit: number; after: JobCursor | null }): Promise<Job[]> {
    const conditions = conditionsOf(filter, page.after);
    const where = conditions.map(({ sql }, index) => sql.replaceAll('?', `$${index + 2}`));
    const rows = await this.#database.query<JobRecord>(
      `SELECT ${JOB_COLUMNS} FROM jobs WHERE ${['true', ...where].join(' AND ')}
       ORDER BY created_at DESC, id DESC LIMIT $1`,
      [page.limit, ...conditions.map(({ value }) => value)],
    );
    return rows.map(jobOf);
  }

  /** Every run of a job, oldest first. */
  async attempts(jobId: string): Promise<Attempt[]> {
    const rows = await this.#database.query<AttemptRow>(
      'SELECT attempt, run, worker_id, started_at, ended_at, outcome, error FROM attempts WHERE job_id = $1 ORDER BY run',
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
    }));
  }

  // Whether a statement that broke off was committed is not known; entering the same ids again decides it.
  async #insertPatiently(entering: readonly Entering[]): Promise<readonly (Acceptance | undefined)[]> {
    const jobs = entering.map(({ job }) => job);
    // Callers wait for the batches before theirs too, so their time runs from when they came.
    const giveUpAt = Math.min(...entering.map((one) => one.giveUpAt));
    for (;;) {
      if (Date.now() > giveUpAt) throw new LedgerUnavailableError('The database did not take the job in time.');
      try {
        return await answeredBy(giveUpAt, this.#insert(jobs));
      } catch (error) {
        if (!(error instanceof LedgerUnavailableError) || Date.now() + RETRY_PAUSE_MS > giveUpAt) throw error;
        await delay(RETRY_PAUSE_MS);
      }
    }
  }

  async #insert(jobs: readonly NewJob[]): Promise<readonly (Acceptance | undefined)[]> {
    const direct = this.#dispatch.takes();
    const rows = await insertJobs(this.#database, jobs, { claimMs: direct ? CLAIM_MS : 0, dueWaits: true });
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

/** @throws LedgerUnavailableError when there is no answer in time; the statement goes on, and may be committed later */
async function answeredBy<T>(deadline: number, answer: Promise<T>): Promise<T> {
  const answered = new AbortController();
  const late = delay(Math.max(0, deadline - Date.now()), undefined, { signal: answered.signal }).then(() => {
    throw new LedgerUnavailableError('The database did not answer in time.');
  });
  late.catch(() => undefined);
  answer.catch(() => undefined);
  return Promise.race([answer, late]).finally(() => {
    answered.abort();
  });
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
}

function workEntryOf(job: NewJob, row: InsertedRow | undefined): WorkEntry[] {
  if (row === undefined || row.outbox_id === null) return [];
  const order: WorkOrder = {
    jobId: job.id,
    run: 1,
    attempt: 1,
    maxAttempts: job.maxAttempts,
    task: job.task,
    tenant: job.tenant,
    priority: job.priority,
    timeoutMs: job.timeoutMs,
    schemaHash: job.schemaHash,
    createdAt: row.created_at.toISOString(),
    metadata: job.metadata,
    traceparent: job.traceparent,
  };
  return [{ kind: 'work', id: row.outbox_id, order, payload: job.payload, queueKey: job.queueKey, waitMs: 0 }];
}

function acceptedJob(job: NewJob, createdAt: Date): Job {
  return jobOf({
    ...job,
    version: 1,
    status: job.scheduledFor === null ? 'queued' : 'scheduled',
    payload: JSON.parse(job.payload) as unknown,
    metadata: JSON.parse(job.metadata) as Record<string, unknown>,
    attempt: 0,
    max_attempts: job.maxAttempts,
    progress: 0,
    progress_message: null,
    worker_id: null,
    result: null,
    error: null,
    batch_id: null,
    parent_id: null,
    unique_key: null,
    created_at: createdAt,
    scheduled_for: job.scheduledFor,
    started_at: null,
    next_attempt_at: null,
    cancel_requested_at: null,
    completed_at: null,
  });
}
