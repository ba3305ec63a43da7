import { type Attempt, type JobError, type JobStatus } from '#libs/contracts';
import { DELIVER_WEBHOOK } from '../notifications/end-tellings.js';
import { grouped } from './grouped.js';
import { type Database, type Queries } from './database.js';
import { type DeliveryKind } from './delivery-entry.js';
import { isoOf } from './job-row.js';
import { type EndpointRecord } from './webhook-endpoint-row.js';

/** A run of a delivery's job. */
export type DeliveryAttempt = Omit<Attempt, 'workerId'>;

/** A delivery, with what came of its job so far. */
export interface DeliveryRecord {
  /** Of its job. */
  readonly id: string;
  readonly endpointId: string;
  readonly messageId: string;
  readonly kind: DeliveryKind;
  /** The job whose end it tells of, and the version that it ended with; null: it is a test. */
  readonly ofJob: string | null;
  readonly ofVersion: number | null;
  readonly status: JobStatus;
  readonly payload: unknown;
  readonly result: unknown;
  readonly error: JobError | null;
  readonly createdAt: Date;
  readonly nextAttemptAt: Date | null;
  readonly completedAt: Date | null;
  /** Every run, oldest first. */
  readonly attempts: readonly DeliveryAttempt[];
}

/** Which ends of jobs are delivered once more. */
export interface ReplayedTime {
  readonly since: Date;
  readonly until: Date;
  /** The statuses of those that the endpoint hears of. */
  readonly statuses: readonly JobStatus[];
  /** Also those that were delivered, or are about to be. */
  readonly all: boolean;
}

/** Ends that one replay is about at most. */
export const MOST_REPLAYED = 10_000;

/** Knows what was delivered to webhook endpoints, for as long as the jobs are kept that delivered. */
export class DeliveryHistory {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Deliveries newest first; with `after`, those behind it; with a status, those whose job has it. */
  async list(
    endpointId: string,
    status: JobStatus | null,
    page: { limit: number; after: string | null },
  ): Promise<DeliveryRecord[]> {
    const rows = await this.#database.query<DeliveryRow>(
      `${SELECT} WHERE endpoint_id = $1 AND ($2::uuid IS NULL OR job_id < $2) AND ($3::text IS NULL OR status = $3)
       ORDER BY job_id DESC LIMIT $4`,
      [endpointId, page.after, status, page.limit],
    );
    return this.#withAttempts(rows);
  }

  /** A delivery to an endpoint. */
  async find(endpointId: string, id: string): Promise<DeliveryRecord | undefined> {
    const rows = await this.#database.query<DeliveryRow>(`${SELECT} WHERE endpoint_id = $1 AND job_id = $2`, [
      endpointId,
      id,
    ]);
    return (await this.#withAttempts(rows))[0];
  }

  /** Jobs of deliveries that are not over and that nobody has asked to stop. */
  async open(endpointId: string, limit: number): Promise<string[]> {
    return openDeliveries(this.#database, endpointId, limit);
  }

  /**
   * Notes ends of jobs in a time, to be delivered to an endpoint once more. Returns how many; more than `MOST_REPLAYED`: too many, and
   * none is noted. Replays to an endpoint come one after the other, so that each sees what the one before has noted.
   */
  async replay(endpoint: EndpointRecord, { since, until, statuses, all }: ReplayedTime): Promise<number> {
    return this.#database.transaction(async (transaction) => {
      const locked = await transaction.query(LOCK_REPLAYED, [endpoint.id]);
      if (locked.length === 0) return 0;
      const [row] = await transaction.query<{ count: number }>(REPLAY, [
        ...[endpoint.id, endpoint.tenant, statuses, since, until],
        ...[endpoint.tasks, endpoint.queues, all],
      ]);
      return row?.count ?? 0;
    });
  }

  async #withAttempts(rows: readonly DeliveryRow[]): Promise<DeliveryRecord[]> {
    const attempts = await this.#database.query<AttemptRow>(ATTEMPTS, [rows.map(({ job_id: id }) => id)]);
    const byJob = grouped(attempts, ({ job_id: id }) => id);
    return rows.map((row) => deliveryOf(row, byJob.get(row.job_id) ?? []));
  }
}

/** As `DeliveryHistory.open`, within a transaction. @param limit null: all */
export async function openDeliveries(queries: Queries, endpointId: string, limit: number | null): Promise<string[]> {
  const rows = await queries.query<{ id: string }>(OPEN, [endpointId, limit]);
  return rows.map(({ id }) => id);
}

interface DeliveryRow extends Pick<DeliveryRecord, 'kind' | 'status' | 'payload' | 'result' | 'error'> {
  readonly job_id: string;
  readonly endpoint_id: string;
  readonly message_id: string;
  readonly of_job: string | null;
  readonly of_version: number | null;
  readonly created_at: Date;
  readonly next_attempt_at: Date | null;
  readonly completed_at: Date | null;
}

interface AttemptRow extends Pick<DeliveryAttempt, 'attempt' | 'run' | 'outcome' | 'error' | 'reason'> {
  readonly job_id: string;
  readonly started_at: Date | null;
  readonly ended_at: Date | null;
}

function deliveryOf(row: DeliveryRow, attempts: readonly AttemptRow[]): DeliveryRecord {
  const { kind, status, payload, result, error } = row;
  return {
    ...{ id: row.job_id, endpointId: row.endpoint_id, messageId: row.message_id, kind },
    ...{ ofJob: row.of_job, ofVersion: row.of_version, status, payload, result, error },
    ...{ createdAt: row.created_at, nextAttemptAt: row.next_attempt_at, completedAt: row.completed_at },
    attempts: attempts.map(({ attempt, run, outcome, error: failure, reason, ...times }) => ({
      ...{ attempt, run, startedAt: isoOf(times.started_at), endedAt: isoOf(times.ended_at), outcome },
      ...{ error: failure, reason },
    })),
  };
}

const SELECT = `
SELECT job_id, endpoint_id, message_id, kind, of_job, of_version, status, payload, result, error, created_at,
  next_attempt_at, completed_at
FROM webhook_deliveries JOIN jobs ON jobs.id = job_id`;

const ATTEMPTS = `
SELECT job_id, attempt, run, started_at, ended_at, outcome, error, reason FROM attempts
WHERE job_id = ANY($1::uuid[]) ORDER BY job_id, run`;

const OPEN = `
SELECT jobs.id FROM webhook_deliveries JOIN jobs ON jobs.id = job_id
WHERE endpoint_id = $1 AND completed_at IS NULL AND cancel_requested_at IS NULL ORDER BY jobs.id LIMIT $2`;

const LOCK_REPLAYED = 'SELECT id FROM webhook_endpoints WHERE id = $1 FOR NO KEY UPDATE';

// What is noted and not taken yet is about to be delivered: whatever this endpoint wants to hear of is told to it.
const REPLAY = `
WITH wanted AS MATERIALIZED (
  SELECT id, version, status, attempt, error, completed_at FROM jobs
  WHERE tenant = $2 AND status = ANY($3::text[]) AND completed_at >= $4 AND completed_at < $5
    AND task <> '${DELIVER_WEBHOOK}'
    AND ($6::text[] IS NULL OR task = ANY($6)) AND ($7::text[] IS NULL OR queue = ANY($7))
    AND ($8::boolean OR NOT EXISTS (
      SELECT FROM ends_to_deliver AS noted WHERE noted.job_id = jobs.id AND noted.version = jobs.version
        AND (noted.endpoint_id IS NULL OR noted.endpoint_id = $1)))
    AND ($8 OR NOT EXISTS (
      SELECT FROM webhook_deliveries JOIN jobs AS delivering ON delivering.id = job_id
      WHERE endpoint_id = $1 AND of_job = jobs.id AND of_version = jobs.version
        AND delivering.status NOT IN ('failed','cancelled')))
  ORDER BY completed_at, id LIMIT ${MOST_REPLAYED + 1}
), noted AS (
  INSERT INTO ends_to_deliver (job_id, version, status, attempt, error, ended_at, endpoint_id)
  SELECT id, version, status, attempt, error, completed_at, $1 FROM wanted
  WHERE (SELECT count(*) FROM wanted) <= ${MOST_REPLAYED} ORDER BY completed_at, id
)
SELECT count(*)::int AS count FROM wanted`;
