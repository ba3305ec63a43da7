import { type Job, type JobStatus } from '#libs/contracts';
import { type Batch, readBatch } from './batch-reads.js';
import { type Database, type Queries } from './database.js';
import { type End } from './follow-up.js';
import { enterFollowers, type Follower } from './follower-entry.js';
import { JOB_COLUMNS, jobOf, type JobRecord } from './job-row.js';
import { type PreparedStatement } from './statement.js';
import { UNSYNCED } from './unsynced.js';

/** A follow-up whose time has come, and what it follows. */
export interface DueFollowUp {
  /** Of the job that it becomes. */
  readonly id: string;
  readonly tenant: string;
  readonly task: string;
  /** A body of `POST /v1/jobs`, its payload with placeholders. */
  readonly request: Readonly<Record<string, unknown>>;
  readonly traceparent: string | null;
  /** The job that has ended, or that has spawned the batch. A batch of a request has none. */
  readonly job: Job | undefined;
  /** The batch that has ended. */
  readonly batch: Batch | undefined;
}

/** Makes the job of a follow-up, or says why it cannot be made. Never rejects. */
export type MakeFollower = (due: DueFollowUp) => Promise<Follower>;

/** What came of looking at ends. */
export interface Followed {
  /** As many ends were looked at as can be at once, or one that follows has ended already. */
  readonly mayBeMore: boolean;
  readonly followers: readonly Follower[];
}

/** Each may be followed by a hundred jobs. */
const JOBS_AT_ONCE = 20;
const BATCHES_AT_ONCE = 20;
const NOTES_AT_ONCE = 1_000;

/**
 * Turns ends into what follows from them. An end is noted in the transaction that brings it about, and the note goes in the
 * transaction that enters what follows: so that is entered once, whichever gateway does it and whichever dies. The note of a batch that
 * has an open job goes by itself: nothing follows before that job ends, and it leaves another.
 */
export class EndingStore {
  readonly #database: Pick<Database, 'queryByKey' | 'transaction'>;

  constructor(database: Pick<Database, 'queryByKey' | 'transaction'>) {
    this.#database = database;
  }

  /**
   * Enters what follows from the ends of some jobs, and closes batches whose last job has ended. Every job that ends leaves a note for
   * its batch, and a note is looked at when it is committed: whoever looks at that of the last one sees all of them ended.
   * @param waits the jobs that follow wait until the outbox has room
   */
  async follow(make: MakeFollower, waits: boolean): Promise<Followed> {
    const [dropped] = await this.#database.queryByKey<DroppedNotes>(DROP_NOTES, [NOTES_AT_ONCE]);
    return dropped?.leaves === false ? { mayBeMore: !dropped.isAll, followers: [] } : this.#followRest(make, waits);
  }

  async #followRest(make: MakeFollower, waits: boolean): Promise<Followed> {
    return this.#database.transaction(async (transaction) => {
      const ended = await transaction.query<EndedJob>(TAKE_JOBS, [JOBS_AT_ONCE]);
      const [noted] = await transaction.query<NotedBatches>(CLOSE_BATCHES, [NOTES_AT_ONCE, BATCHES_AT_ONCE]);
      const due = await followUpsOfJobs(transaction, ended);
      for (const id of noted?.closed ?? []) due.push(...(await takeFollowUpsOfBatch(transaction, id)));
      const followers = await Promise.all(due.map(make));
      const entered = due.length === 0 ? [] : await enterFollowers(transaction, followers, waits);
      const isFull = ended.length === JOBS_AT_ONCE || noted?.isAll === false;
      return { mayBeMore: isFull || entered.some(({ failure }) => failure !== null), followers: entered };
    });
  }
}

/** Notes of batches that are open were taken. */
interface DroppedNotes {
  /** A note is there of a job, or of a batch that has no open job. */
  readonly leaves: boolean;
  /** As many notes were looked at as there were. */
  readonly isAll: boolean;
}

interface EndedJob {
  readonly job_id: string;
  readonly status: JobStatus;
}

/** Batches whose notes were taken. */
interface NotedBatches {
  /** Those whose last job has ended. */
  readonly closed: readonly string[] | null;
  /** No note was left for the next look. */
  readonly isAll: boolean;
}

async function followUpsOfJobs(transaction: Queries, ended: readonly EndedJob[]): Promise<DueFollowUp[]> {
  if (ended.length === 0) return [];
  const rows = await transaction.query<FollowUpRow>(TAKE_FOLLOW_UPS_OF_JOBS, [
    ended.map(({ job_id }) => job_id),
    ended.map(({ status }) => status),
  ]);
  const jobs = await readJobs(transaction, rows);
  // A job that was retried meanwhile is told as it ended: of that its status alone says something else.
  const endOf = new Map(ended.map(({ job_id, status }) => [job_id, status]));
  return rows.map((row) => {
    const job = jobs.get(row.job_id ?? '');
    return dueOf(row, job && { ...job, status: endOf.get(job.id) ?? job.status }, undefined);
  });
}

async function takeFollowUpsOfBatch(transaction: Queries, id: string): Promise<DueFollowUp[]> {
  const batch = await readBatch(transaction, id, null);
  if (batch === undefined) return [];
  const spawner = (await readJobs(transaction, [{ job_id: id }])).get(id);
  const { failed, cancelled } = batch.counts;
  const isWhole =
    failed + cancelled === 0 &&
    (spawner === undefined || (spawner.status === 'completed' && !(await lacksJobs(transaction, id))));
  const end: End = isWhole ? 'completed' : 'failed';
  const rows = await transaction.query<FollowUpRow>(TAKE_FOLLOW_UPS_OF_BATCH, [id, end]);
  return rows.map((row) => dueOf(row, spawner, batch));
}

/** Whether jobs of a spawned batch were not taken in: refused, or lost. */
async function lacksJobs(transaction: Queries, id: string): Promise<boolean> {
  return (await transaction.query('SELECT FROM spawn_refusals WHERE batch_id = $1 LIMIT 1', [id])).length > 0;
}

async function readJobs(
  transaction: Queries,
  rows: readonly Pick<FollowUpRow, 'job_id'>[],
): Promise<ReadonlyMap<string, Job>> {
  const ids = [...new Set(rows.flatMap(({ job_id }) => job_id ?? []))];
  if (ids.length === 0) return new Map();
  const found = await transaction.query<JobRecord>(`SELECT ${JOB_COLUMNS} FROM jobs WHERE id = ANY($1::uuid[])`, [ids]);
  return new Map(found.map((row) => [row.id, jobOf(row)]));
}

interface FollowUpRow {
  readonly id: string;
  readonly job_id: string | null;
  readonly tenant: string;
  readonly task: string;
  readonly request: DueFollowUp['request'];
  readonly traceparent: string | null;
}

function dueOf(row: FollowUpRow, job: Job | undefined, batch: Batch | undefined): DueFollowUp {
  const { id, tenant, task, request, traceparent } = row;
  return { id, tenant, task, request, traceparent, job, batch };
}

// Nearly every end of a batch's job is not the last, and nothing follows from it. A job that is open to whoever sees a note leaves one
// of its own when it ends, so that the batch is looked at again. A crash may bring a note back: it is looked at once more.
const DROP_NOTES: PreparedStatement = {
  ...{ name: 'drop-notes', reads: 'by key' },
  text: `
WITH ${UNSYNCED}, noted AS MATERIALIZED (
  SELECT id, batch_id FROM endings WHERE batch_id IS NOT NULL ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED
), open AS MATERIALIZED (
  SELECT array_agg(id) AS ids FROM noted GROUP BY batch_id
  HAVING (SELECT true FROM jobs WHERE jobs.batch_id = noted.batch_id AND completed_at IS NULL ORDER BY id DESC LIMIT 1)
), dropped AS (
  DELETE FROM endings WHERE id = ANY (ARRAY(SELECT unnest(ids) FROM open)) RETURNING id
)
SELECT (SELECT count(*) FROM dropped) < (SELECT count(*) FROM noted)
         OR (SELECT true FROM endings WHERE job_id IS NOT NULL ORDER BY id LIMIT 1) IS TRUE AS leaves,
       (SELECT count(*) FROM noted) < $1 AS "isAll"
FROM unsynced`,
};

const TAKE_JOBS = `
DELETE FROM endings WHERE id IN (
  SELECT id FROM endings WHERE job_id IS NOT NULL ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED
) RETURNING job_id, status`;

const COLUMNS = `follow_ups.id, follow_ups.job_id, follow_ups.tenant, follow_ups.task, follow_ups.request,
  follow_ups.traceparent`;

const TAKE_FOLLOW_UPS_OF_JOBS = `
WITH taken AS (
  DELETE FROM follow_ups USING unnest($1::uuid[], $2::text[]) AS ended (job_id, status)
  WHERE follow_ups.job_id = ended.job_id AND ends_on IN (ended.status, 'final')
  RETURNING follow_ups.*
)
SELECT ${COLUMNS} FROM taken AS follow_ups ORDER BY job_id, position`;

// Takes the notes of a few batches, as many of each as there are. A batch that a job has spawned has the job's id, and is open
// until the job has ended and what it has sent is taken in. Whoever sees a note here sees the end that it tells of, too.
const CLOSE_BATCHES = `
WITH noted AS MATERIALIZED (
  SELECT id, batch_id FROM endings WHERE batch_id IS NOT NULL ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED
), few AS MATERIALIZED (
  SELECT batch_id FROM noted GROUP BY batch_id ORDER BY min(id) LIMIT $2
), taken AS (
  DELETE FROM endings USING noted JOIN few USING (batch_id) WHERE endings.id = noted.id RETURNING endings.id
), closed AS (
  UPDATE batches SET completed_at = date_trunc('milliseconds', now())
  WHERE id IN (SELECT batch_id FROM few) AND completed_at IS NULL
    AND NOT EXISTS (SELECT FROM jobs WHERE batch_id = batches.id AND completed_at IS NULL)
    AND NOT EXISTS (SELECT FROM jobs WHERE id = batches.id AND completed_at IS NULL)
    AND (expected = 0 OR expected <= total + (SELECT count(*) FROM spawn_refusals WHERE batch_id = batches.id))
  RETURNING id
)
SELECT (SELECT array_agg(id) FROM closed) AS closed,
       (SELECT count(*) FROM taken) = (SELECT count(*) FROM noted) AND (SELECT count(*) FROM noted) < $1 AS "isAll"`;

const TAKE_FOLLOW_UPS_OF_BATCH = `
WITH taken AS (DELETE FROM follow_ups WHERE batch_id = $1 AND ends_on IN ($2, 'final') RETURNING *)
SELECT ${COLUMNS} FROM taken AS follow_ups ORDER BY position`;
