import { type JobStatus } from '#libs/contracts';
import { type Batch, readBatch } from './batch-reads.js';
import { type Database } from './database.js';
import { type End } from './follow-up.js';

/** Where a flow begins: at a job that follows none, or at a batch of a request. */
export interface FlowRoot {
  readonly kind: 'job' | 'batch';
  readonly id: string;
}

/** A job of a flow. */
export interface FlowJob {
  readonly id: string;
  readonly task: string;
  readonly status: JobStatus;
  readonly parentId: string | null;
  readonly batchId: string | null;
  readonly errorCode: string | null;
  readonly createdAt: Date;
  readonly completedAt: Date | null;
}

/** A job that is still to come. */
export interface WaitingJob {
  readonly id: string;
  readonly task: string;
  /** Of the job or the batch that it waits for. */
  readonly of: string;
  /** It waits for the end of a batch. */
  readonly ofBatch: boolean;
  readonly on: End;
  /** What is to follow from its own end, unchecked. */
  readonly then: readonly unknown[];
}

/** How far up a flow is followed: one that is deeper begins there. */
const MOST_ANCESTORS = 200;

/** Reads how jobs belong together. */
export class FlowStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Where the flow of a job begins, as far as it has not been deleted. */
  async rootOf(job: { readonly id: string }): Promise<FlowRoot> {
    const [top] = await this.#database.query<{ id: string; batch: string | null }>(ROOT_OF, [job.id]);
    if (top === undefined) return { kind: 'job', id: job.id };
    return top.batch === null ? { kind: 'job', id: top.id } : { kind: 'batch', id: top.batch };
  }

  async batch(id: string): Promise<Batch | undefined> {
    return readBatch(this.#database, id, null);
  }

  async job(id: string): Promise<FlowJob | undefined> {
    const [row] = await this.#read('WHERE id = $1', [id]);
    return row;
  }

  /** The first jobs of a batch, and those that follow from its end without following a job. */
  async jobsOfBatch(id: string, limit: number): Promise<FlowJob[]> {
    const order = 'ORDER BY created_at, id LIMIT $2';
    const members = await this.#read(`WHERE batch_id = $1 AND parent_id IS NULL ${order}`, [id, limit]);
    const followers = await this.#read(`WHERE follows_batch = $1 AND parent_id IS NULL ${order}`, [id, limit]);
    return [...members, ...followers];
  }

  /** The first jobs that follow these, then those that were spawned by them, `limit` of each. */
  async childrenOf(ids: readonly string[], limit: number): Promise<FlowJob[]> {
    return this.#read(CHILDREN_OF, [ids, limit]);
  }

  /** What is still to follow from the ends of these jobs or batches. */
  async waitingOf(ids: readonly string[]): Promise<WaitingJob[]> {
    return this.#database.query<WaitingJob>(WAITING_OF, [ids]);
  }

  /** Which of these jobs have spawned a batch, or are to. */
  async spawners(ids: readonly string[]): Promise<string[]> {
    const rows = await this.#database.query<{ id: string }>('SELECT id FROM batches WHERE id = ANY($1::uuid[])', [ids]);
    return rows.map(({ id }) => id);
  }

  async #read(which: string, values: readonly unknown[]): Promise<FlowJob[]> {
    return this.#database.query<FlowJob>(`SELECT ${COLUMNS} FROM jobs ${which}`, values);
  }
}

const COLUMNS = `id, task, status, parent_id AS "parentId", batch_id AS "batchId", error->>'code' AS "errorCode",
  created_at AS "createdAt", completed_at AS "completedAt"`;

// A batch that a job has spawned has the job's id: its jobs have a parent for as long as that is there.
const ROOT_OF = `
WITH RECURSIVE up AS (
  SELECT id, parent_id, coalesce(batch_id, follows_batch) AS batch, 0 AS height FROM jobs WHERE id = $1
  UNION ALL
  SELECT jobs.id, jobs.parent_id, coalesce(jobs.batch_id, jobs.follows_batch), height + 1
  FROM up JOIN jobs ON jobs.id = up.parent_id WHERE height < ${MOST_ANCESTORS}
)
SELECT up.id, batches.id AS batch FROM up LEFT JOIN batches ON batches.id = up.batch AND height < ${MOST_ANCESTORS}
ORDER BY height DESC LIMIT 1`;

const CHILDREN_OF = `
JOIN (
  SELECT child.id AS child_id FROM unnest($1::uuid[]) AS parent (id)
  CROSS JOIN LATERAL (
    SELECT id FROM jobs WHERE parent_id = parent.id ORDER BY (batch_id = parent_id) IS TRUE, created_at, id LIMIT $2
  ) AS child
) AS chosen ON chosen.child_id = jobs.id
ORDER BY created_at, id`;

const WAITING_OF = `
SELECT id, task, coalesce(job_id, batch_id) AS "of", batch_id IS NOT NULL AS "ofBatch", ends_on AS "on",
       coalesce(request->'then', '[]'::json) AS "then"
FROM follow_ups WHERE job_id = ANY($1::uuid[]) OR batch_id = ANY($1::uuid[]) ORDER BY "of", position, id`;
