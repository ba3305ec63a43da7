import { isFinal, type JobStatus } from '#libs/contracts';
import { type Decision, type JobState } from '../tracker/job-state.js';
import { cancel, retry, waitAnew } from '../tracker/steer.js';
import { type Database, type Queries } from './database.js';
import { writeDecisions } from './decision-writes.js';
import { decidedJob } from './decided-job.js';
import { toGoneEndpoints } from './gone-endpoints.js';
import { readStates } from './job-states.js';
import { type ControlDispatch } from './outbox.js';
import { countLeaving } from './queue-counts.js';
import { heldByOthers } from './unique-keys.js';

/** Moves jobs by hand, many in one transaction. Each function leaves jobs as they are that it does not fit. */
export class JobSteering {
  readonly #database: Database;
  readonly #dispatch: ControlDispatch;

  constructor(database: Database, dispatch: ControlDispatch) {
    this.#database = database;
    this.#dispatch = dispatch;
  }

  /** Cancels jobs that are not final, or asks their workers to stop. Returns the ids of those. */
  async cancel(ids: readonly string[]): Promise<string[]> {
    return this.#steer(ids, cancel);
  }

  /**
   * Queues failed and cancelled jobs again, without those whose unique key another open job holds and deliveries to an endpoint
   * that was deleted; the ledger removes their dead letters. Returns the ids of those.
   */
  async retry(ids: readonly string[]): Promise<string[]> {
    return this.#steer(ids, retry, toStayEnded);
  }

  /** Changes how waiting jobs wait. One that waits so already stays as it is, and keeps its place. */
  async change(ids: readonly string[], change: WaitChange): Promise<Changed> {
    const { priority, dueAt } = change;
    const { steered, toSend, notWaiting } = await this.#database.transaction(async (transaction) => {
      const others = new Map<string, JobStatus>();
      const done = await steer(transaction, ids, (state, now) => {
        const anew = waitAnew(state, dueAt, now);
        if (anew === undefined) others.set(state.id, state.status);
        return waitsSo(state, change) ? undefined : anew;
      });
      if (done.steered.length > 0) {
        await transaction.query(WRITE_CHANGE, [done.steered, priority ?? null, dueAt !== undefined, dueAt ?? null]);
      }
      return { ...done, notWaiting: others };
    });
    if (toSend) this.#dispatch.hurry();
    return { changed: steered, notWaiting };
  }

  /**
   * Deletes a final job with everything that is known of it. Its files go first, while nobody can retry it: when they
   * cannot be removed, the job stays; so it does while an open job names one of them, or while it leads from the batch that it is of
   * to open ones below. A message of it that is still out stays voided. Returns why it stays; undefined when it has gone.
   */
  async remove(id: string, removeFiles: () => Promise<unknown>): Promise<Kept | undefined> {
    return this.#database.transaction(async (transaction) => {
      const state = (await readStates(transaction, [id])).states.get(id);
      if (state === undefined || !isFinal(state.status)) return 'job_not_ended';
      const [needed] = await transaction.query<{ kept: Kept | null }>(NEEDED, [id]);
      if (needed?.kept != null) return needed.kept;
      await removeFiles();
      await transaction.query('DELETE FROM jobs WHERE id = $1', [id]);
      await countLeaving(transaction, [state]);
      return undefined;
    });
  }

  async #steer(ids: readonly string[], step: Step, except?: Except): Promise<string[]> {
    const { steered, toSend } = await this.#database.transaction((transaction) =>
      steer(transaction, ids, step, except),
    );
    if (toSend) this.#dispatch.hurry();
    return steered;
  }
}

/** Why a job is not deleted. */
export type Kept = 'job_not_ended' | 'files_named' | 'batch_open';

/** How a job is to wait; undefined leaves what is. */
export interface WaitChange {
  readonly priority: number | undefined;
  /** Null: it waits for no time. */
  readonly dueAt: Date | null | undefined;
}

/** What a change has come to. A job that is in neither waited so already, or is gone. */
export interface Changed {
  readonly changed: readonly string[];
  /** Jobs that could not be changed, with the status that they were locked in. */
  readonly notWaiting: ReadonlyMap<string, JobStatus>;
}

/** What is due at once waits for no time already when it is queued. */
function waitsSo(state: JobState, { priority = state.priority, dueAt }: WaitChange): boolean {
  return priority === state.priority && (dueAt === undefined || (dueAt === null && state.status === 'queued'));
}

type Step = (state: JobState, now: Date) => Decision | undefined;

/** Which of these jobs, which are locked, must stay as they are. */
type Except = (transaction: Queries, ids: readonly string[]) => Promise<ReadonlySet<string>>;

/** What was moved. */
interface Steered {
  readonly steered: string[];
  /** Something is to be said on the control stream. */
  readonly toSend: boolean;
}

/** Cancels jobs as a part of a transaction, or asks their workers to stop. */
export async function cancelWithin(transaction: Queries, ids: readonly string[]): Promise<Steered> {
  return steer(transaction, ids, cancel);
}

/** Which of these jobs nothing may run again. */
async function toStayEnded(transaction: Queries, ids: readonly string[]): Promise<ReadonlySet<string>> {
  return new Set([...(await heldByOthers(transaction, ids)), ...(await toGoneEndpoints(transaction, ids))]);
}

async function steer(
  transaction: Queries,
  ids: readonly string[],
  step: Step,
  except: Except = () => Promise.resolve(new Set()),
): Promise<Steered> {
  const { now, states } = await readStates(transaction, ids);
  const stay = await except(transaction, [...states.keys()]);
  const decisions = [...states.values()].flatMap((state) => (stay.has(state.id) ? [] : decidedJob(step(state, now))));
  if (decisions.length === 0) return { steered: [], toSend: false };
  const moved = decisions.map(({ job }) => job);
  const before = moved.flatMap(({ id }) => states.get(id) ?? []);
  const sends = await writeDecisions(transaction, moved, decisions);
  await transaction.query(WRITE_STEERED, [
    moved.map(({ id }) => id),
    moved.map(({ maxAttempts }) => maxAttempts),
    moved.map(({ firstMaxAttempts }) => firstMaxAttempts),
    moved.map(({ cancelRequestedAt }) => cancelRequestedAt),
  ]);
  await countLeaving(transaction, before);
  return { steered: moved.map(({ id }) => id), toSend: sends };
}

// Pausing and cancelling a batch go down to what its jobs have spawned, from job to job. A retried job is open in a batch that stays ended.
const NEEDED = `
WITH RECURSIVE under AS (
  SELECT batches.id, batches.completed_at FROM jobs JOIN batches ON batches.id = jobs.id
  WHERE jobs.id = $1 AND jobs.batch_id IS NOT NULL
  UNION ALL
  SELECT batches.id, batches.completed_at
  FROM under JOIN jobs ON jobs.batch_id = under.id JOIN batches ON batches.id = jobs.id
)
SELECT CASE
  WHEN EXISTS (SELECT FROM jobs WHERE files IS NOT NULL AND files @> ARRAY[$1::uuid] AND completed_at IS NULL) THEN 'files_named'
  WHEN EXISTS (SELECT FROM under WHERE completed_at IS NULL
    OR EXISTS (SELECT FROM jobs WHERE batch_id = under.id AND completed_at IS NULL)) THEN 'batch_open'
END AS kept`;

// A further attempt has its own time, beside the one that the job was asked to start at.
const WRITE_CHANGE = `
UPDATE jobs SET priority = coalesce($2::smallint, priority),
  scheduled_for = CASE WHEN $3::boolean AND status <> 'retrying' THEN $4::timestamptz ELSE scheduled_for END
WHERE id = ANY($1::uuid[])`;

// Only steering changes these. A job that was given more attempts was retried: the time that it had to start in is over.
const WRITE_STEERED = `
UPDATE jobs SET max_attempts = new.max_attempts, first_max_attempts = new.first_max_attempts,
  cancel_requested_at = new.cancel_requested_at,
  expires_at = CASE WHEN new.max_attempts > jobs.max_attempts THEN NULL ELSE jobs.expires_at END
FROM unnest($1::uuid[], $2::int[], $3::int[], $4::timestamptz[])
  AS new (id, max_attempts, first_max_attempts, cancel_requested_at)
WHERE jobs.id = new.id`;
