import { type JobError, type JobStatus } from '#libs/contracts';
import { uuidv7 } from 'uuidv7';
import { derivedId } from '../jobs/derived-id.js';
import { DELIVER_WEBHOOK } from '../notifications/end-tellings.js';
import { wantsEnd } from '../webhooks/endpoint-wants.js';
import { type Database, type Queries } from './database.js';
import { type Delivery, enterDeliveries, type MadeDelivery } from './delivery-entry.js';
import { judgeEndpoints } from './endpoint-judgement.js';
import { type Follower } from './follower-entry.js';
import { JobChunks } from './job-chunks.js';
import { JOB_COLUMNS, jobOf, type JobRecord } from './job-row.js';
import { type Dispatch } from './outbox.js';
import { type OutboxRoom } from './outbox-room.js';
import { ENDPOINT_COLUMNS, endpointOf, type EndpointRecord, type EndpointRow } from './webhook-endpoint-row.js';

/** Makes the job of a delivery, or says why it cannot be made. Never rejects. */
export type MakeDelivery = (delivery: Delivery) => Promise<Follower>;

interface Parts {
  readonly dispatch: Pick<Dispatch, 'wake'>;
  readonly room: Pick<OutboxRoom, 'full' | 'add'>;
}

interface EndRow {
  readonly job_id: string;
  readonly version: number;
  readonly status: JobStatus;
  readonly attempt: number;
  readonly error: JobError | null;
  readonly ended_at: Date;
  readonly endpoint_id: string | null;
}

/** Each may go to every endpoint of its tenant. */
const ENDS_AT_ONCE = 20;

/**
 * Turns ends of jobs into deliveries to webhook endpoints. An end is noted in the transaction that brings it about, and the note goes in
 * the transaction that enters the deliveries: so each is entered once, whichever gateway does it and whichever dies.
 */
export class DeliveryStore {
  readonly #database: Database;
  readonly #dispatch: Parts['dispatch'];
  readonly #room: Parts['room'];

  constructor(database: Database, { dispatch, room }: Parts) {
    this.#database = database;
    this.#dispatch = dispatch;
    this.#room = room;
  }

  /**
   * Enters the deliveries of some ends, and judges endpoints by those among them that are ends of deliveries. While the outbox is full, the deliveries
   * wait as due jobs do. Returns how many ends and deliveries it were.
   */
  async deliverEnds(make: MakeDelivery): Promise<{ readonly ends: number; readonly deliveries: number }> {
    const waits = this.#room.full;
    const done = await this.#database.transaction(async (transaction) => {
      const ends = await transaction.query<EndRow>(TAKE_ENDS, [ENDS_AT_ONCE]);
      if (ends.length === 0) return { ends: 0, deliveries: 0 };
      const ids = ends.map(({ job_id: id }) => id);
      await judgeEndpoints(transaction, ids);
      const due = await dueDeliveries(transaction, ends, ids);
      await enterInChunks(transaction, due, { make, waits });
      return { ends: ends.length, deliveries: due.length };
    });
    if (!waits) this.#room.add(done.deliveries);
    if (done.deliveries > 0) this.#dispatch.wake();
    return done;
  }

  /** Enters a delivery that somebody has asked for. Returns whether its endpoint is still there. */
  async enter(made: MadeDelivery): Promise<boolean> {
    const entered = await this.#database.transaction(async (transaction) => {
      // Before its job, as everywhere: whoever deletes the endpoint has it first, and its deliveries then.
      const kept = await transaction.query(KEEP, [made.delivery.endpoint.id]);
      if (kept.length > 0) await enterDeliveries(transaction, [made], false);
      return kept.length > 0;
    });
    if (!entered) return false;
    this.#room.add(1);
    this.#dispatch.wake();
    return true;
  }
}

async function enterInChunks(
  transaction: Queries,
  due: readonly Delivery[],
  { make, waits }: { readonly make: MakeDelivery; readonly waits: boolean },
): Promise<void> {
  const chunks = new JobChunks<MadeDelivery>((chunk) => enterDeliveries(transaction, chunk, waits));
  for (const delivery of due) {
    const follower = await make(delivery);
    await chunks.add({ delivery, follower }, follower.job);
  }
  await chunks.end();
}

async function dueDeliveries(
  transaction: Queries,
  ends: readonly EndRow[],
  ids: readonly string[],
): Promise<Delivery[]> {
  const found = await transaction.query<JobRecord>(TOLD_JOBS, [ids]);
  const jobs = new Map(found.map((job) => [job.id, job]));
  const rows = await transaction.query<EndpointRow>(ENABLED, [[...new Set(found.map(({ tenant }) => tenant))]]);
  const endpoints = rows.map(endpointOf);
  return ends.flatMap((end) => {
    const job = jobs.get(end.job_id); // deleted meanwhile: there is nothing to tell
    return job === undefined ? [] : deliveriesOf(end, job, endpoints);
  });
}

function deliveriesOf(
  { job_id: _, endpoint_id: only, ended_at: endedAt, ...ended }: EndRow,
  record: JobRecord,
  endpoints: readonly EndpointRecord[],
): Delivery[] {
  // A job that was retried meanwhile is told as it ended.
  const job = jobOf({ ...record, ...ended, completed_at: endedAt, next_attempt_at: null });
  const wanting = endpoints.filter(
    (endpoint) => endpoint.tenant === job.tenant && (only === null ? wantsEnd(endpoint, job) : endpoint.id === only),
  );
  return wanting.map((endpoint) => {
    const messageId = derivedId(endedAt, endpoint.id, job.id, String(ended.version));
    const isReplay = only !== null;
    return {
      ...{ id: isReplay ? uuidv7() : messageId, messageId, endpoint },
      ...{ kind: isReplay ? 'replay' : 'end', of: { job, version: ended.version, endedAt } },
    };
  });
}

const TAKE_ENDS = `
WITH taken AS (
  DELETE FROM ends_to_deliver WHERE id IN (
    SELECT id FROM ends_to_deliver ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED
  ) RETURNING *
)
SELECT job_id, version, status, attempt, error, ended_at, endpoint_id FROM taken ORDER BY id`;

// Nobody deletes it before the transaction ends.
const KEEP = 'SELECT id FROM webhook_endpoints WHERE id = $1 FOR KEY SHARE';

const TOLD_JOBS = `
SELECT ${JOB_COLUMNS} FROM jobs WHERE id = ANY($1::uuid[]) AND task <> '${DELIVER_WEBHOOK}'`;

// Nobody deletes them before the transaction ends.
const ENABLED = `
SELECT ${ENDPOINT_COLUMNS} FROM webhook_endpoints WHERE tenant = ANY($1::text[]) AND enabled ORDER BY id FOR KEY SHARE`;
