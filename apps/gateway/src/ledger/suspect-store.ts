import { MAX_PRIORITY } from '#libs/contracts';
import { missing } from '../reconciler/missing.js';
import { type ReconcilerTimes } from '../reconciler/times.js';
import { type Database, type Queries } from './database.js';
import { writeDecisions } from './decision-writes.js';
import { readStates } from './job-states.js';
import { milliseconds } from './milliseconds.js';
import { heldRuns, isAmong, NO_MESSAGE } from './whereabouts.js';

/** Why nobody may have a job any more: the message that it waits for, its worker, or what its worker said is lost. */
export type SuspectCause = 'message_lost' | 'retry_lost' | 'worker_lost' | 'outcome_lost';

/** Jobs of one queue and priority that have been suspected for one cause since one time: they are judged together. */
export interface Wave {
  readonly queue: string;
  readonly priority: number;
  readonly cause: SuspectCause;
  /** Milliseconds since 1970 by the ledger's clock. */
  readonly since: number;
  readonly evident: boolean;
}

/** What is known of a queue when its suspects and old voids are judged. */
export interface QueueFacts {
  readonly queue: string;
  readonly keys: readonly string[];
  readonly paused: boolean;
  /** When its workers were last heard, in milliseconds since 1970 by the ledger's clock. */
  readonly heardAt: readonly number[];
}

/** Jobs of one queue, priority and cause that are suspected at once. */
const WAVE_LIMIT = 10_000;
const REPAIRS_AT_ONCE = 500;

/** Keeps the jobs that may be lost, and sends again those that are. */
export class SuspectStore {
  readonly #database: Database;
  readonly #sql: Statements;

  constructor(database: Database, times: ReconcilerTimes) {
    this.#database = database;
    this.#sql = statements(times);
  }

  /** Forgets the suspects of which there has been news. */
  async drop(): Promise<void> {
    await this.#database.query(this.#sql.drop);
  }

  /**
   * Enters jobs that may be lost, the oldest first, for each queue, priority and cause that has no wave of late. All of a
   * wave were as they are at its `since`, and their messages had been confirmed by then.
   */
  async look(): Promise<void> {
    const { look, levels } = this.#sql;
    const waiting = await this.#database.query<{ queue: string; level: number }>(levels);
    for (const { queue, level } of waiting) await this.#database.query(look.message_lost, [queue, level]);
    for (const cause of ['retry_lost', 'worker_lost', 'outcome_lost'] as const) {
      await this.#database.query(look[cause]);
    }
  }

  async waves(): Promise<Wave[]> {
    return this.#database.query<Wave>(
      `SELECT queue, priority, cause, ${milliseconds('since')} AS since, bool_and(evident) AS evident
       FROM suspects GROUP BY queue, priority, cause, suspects.since ORDER BY suspects.since`,
    );
  }

  /** The queues that have suspects or old voids, and the ledger's clock. */
  async facts(): Promise<{ now: number; queues: ReadonlyMap<string, QueueFacts> }> {
    const rows = await this.#database.query<QueueFacts & { now: number }>(FACTS);
    return { now: rows[0]?.now ?? 0, queues: new Map(rows.map((row) => [row.queue, row])) };
  }

  /** Notes that the jobs of a wave look lost, except those that a worker has in hand. */
  async note(wave: Wave): Promise<void> {
    await this.#database.query(this.#sql.note, key(wave));
  }

  /**
   * Repairs up to 500 jobs of a wave whose messages are proven to be nowhere, and that are as they were when they were
   * suspected. Returns how many; 0 when none is left, and the wave is over.
   */
  async repair(wave: Wave): Promise<number> {
    return this.#database.transaction(async (transaction) => {
      const lost = await transaction.query<{ id: string }>(this.#sql.lost, [...key(wave), REPAIRS_AT_ONCE]);
      const ids = lost.map(({ id }) => id);
      await sendAgain(transaction, ids, wave.cause);
      await transaction.query(`DELETE FROM suspects WHERE ${OF_WAVE} AND ($5::uuid[] = '{}' OR job_id = ANY($5))`, [
        ...key(wave),
        ids,
      ]);
      return ids.length;
    });
  }
}

async function sendAgain(transaction: Queries, ids: readonly string[], cause: SuspectCause): Promise<void> {
  if (ids.length === 0) return;
  const { now, states } = await readStates(transaction, ids);
  const decisions = [...states.values()].map((state) => missing(state, now));
  await writeDecisions(
    transaction,
    decisions.map(({ state }) => state),
    decisions.map((decision) => ({ job: decision.state, decision })),
  );
  // A retry may come out of the ladder after all: a level that has stopped holds what no probe sees. Of others no message is out
  // that could still come back: it is said once that they must not run, and not kept in force.
  if (cause === 'retry_lost') return;
  await transaction.query(
    'DELETE FROM voids USING unnest($1::uuid[], $2::int[]) AS gone (job_id, run) WHERE voids.job_id = gone.job_id AND voids.run = gone.run',
    [[...states.keys()], [...states.values()].map(({ run }) => run)],
  );
}

function key({ queue, priority, cause, since }: Wave): readonly unknown[] {
  return [queue, priority, cause, since];
}

const OF_WAVE = `suspects.queue = $1 AND suspects.priority = $2 AND suspects.cause = $3
  AND ${milliseconds('suspects.since')} = $4::float8`;
const AS_IT_WAS = 'jobs.id = suspects.job_id AND jobs.run = suspects.run AND jobs.version = suspects.version';
/** Of the newest message. */
const PRIORITY = 'coalesce(jobs.sent_priority, jobs.priority)';
const SEEN = `jobs.id, jobs.run, jobs.version, jobs.queue, ${PRIORITY} AS priority`;

const FACTS = `
SELECT queue, ${milliseconds('clock_timestamp()')} AS now,
       coalesce((SELECT paused FROM queue_settings WHERE queue_settings.queue = known.queue), false) AS paused,
       coalesce((SELECT array_agg(key) FROM queue_keys WHERE queue_keys.queue = known.queue), '{}') AS keys,
       coalesce((SELECT array_agg(${milliseconds('heard_at')}) FROM workers WHERE domain = known.queue), '{}') AS "heardAt"
FROM (SELECT queue FROM suspects UNION SELECT queue FROM voids WHERE watched_since IS NOT NULL) AS known`;

type Statements = Readonly<Record<'drop' | 'note' | 'lost' | 'levels', string>> & {
  readonly look: Readonly<Record<SuspectCause, string>>;
};

function statements(times: ReconcilerTimes): Statements {
  const held = heldRuns(times.silenceMs);
  const suspectIsHeld = isAmong(held, 'suspects.job_id', 'suspects.run');
  return {
    // However many jobs there are, OFFSET has each suspect's looked up.
    drop: `DELETE FROM suspects WHERE NOT EXISTS (SELECT FROM jobs WHERE ${AS_IT_WAS} OFFSET 0)
      OR (cause IN ('worker_lost', 'outcome_lost') AND ${suspectIsHeld})`,
    note: `UPDATE suspects SET evident = true WHERE ${OF_WAVE} AND NOT ${suspectIsHeld}`,
    // Locked in the order of their ids like reports, and looked at again when somebody else had the lock.
    lost: `SELECT jobs.id FROM suspects JOIN jobs ON ${AS_IT_WAS} WHERE ${OF_WAVE} AND NOT ${suspectIsHeld}
      ORDER BY jobs.id LIMIT $5 FOR NO KEY UPDATE OF jobs`,
    // One look into the index for each, however many jobs wait: the order wants the index, whatever the statistics say.
    levels: `SELECT name AS queue, level FROM domains CROSS JOIN generate_series(0, ${MAX_PRIORITY}) AS level
      WHERE (SELECT true FROM jobs WHERE jobs.queue = name AND jobs.status = 'queued' AND jobs.held IS NULL AND ${PRIORITY} = level
             ORDER BY ${PRIORITY}, queued_at LIMIT 1)
        AND ${noYoungWave('message_lost', times, { queue: 'name', priority: 'level' })}`,
    look: { ...lookAtWaiting(times), ...lookAtRunning(times, held) },
  };
}

function enter(cause: SuspectCause, seen: string): string {
  return `INSERT INTO suspects (job_id, run, version, queue, priority, cause, since)
    SELECT id, run, version, queue, priority, '${cause}', now() FROM (${seen}) AS seen ON CONFLICT (job_id) DO NOTHING`;
}

/** No wave of this queue, priority and cause is younger than a wave is watched: waves are few, however long proofs take. */
function noYoungWave(
  cause: SuspectCause,
  { watchMs }: ReconcilerTimes,
  { queue, priority } = { queue: 'jobs.queue', priority: PRIORITY },
): string {
  return `NOT EXISTS (SELECT FROM suspects
    WHERE suspects.queue = ${queue} AND suspects.priority = ${priority} AND suspects.cause = '${cause}'
      AND suspects.since > now() - interval '${watchMs} milliseconds')`;
}

function lookAtWaiting(times: ReconcilerTimes): Pick<Statements['look'], 'message_lost' | 'retry_lost'> {
  return {
    message_lost: enter(
      'message_lost',
      `SELECT ${SEEN} FROM jobs
      WHERE jobs.queue = $1 AND jobs.status = 'queued' AND jobs.held IS NULL AND ${PRIORITY} = $2::int
        AND ${NO_MESSAGE}
      ORDER BY jobs.queued_at LIMIT ${WAVE_LIMIT}`,
    ),
    retry_lost: enter(
      'retry_lost',
      `SELECT ${SEEN} FROM jobs
      WHERE jobs.status = 'retrying' AND jobs.next_attempt_at < now() - interval '${times.overdueMs} milliseconds'
        AND ${NO_MESSAGE} AND ${noYoungWave('retry_lost', times)}
      ORDER BY jobs.next_attempt_at LIMIT ${WAVE_LIMIT}`,
    ),
  };
}

// A run whose message has come back is in doubt: what becomes of it is decided where returns are.
function lookAtRunning(times: ReconcilerTimes, held: string): Pick<Statements['look'], 'worker_lost' | 'outcome_lost'> {
  const heard = `EXISTS (SELECT FROM workers WHERE workers.domain = jobs.queue AND workers.id = jobs.worker_id
    AND workers.heard_at > now() - interval '${times.silenceMs} milliseconds')`;
  const running = (cause: SuspectCause, gone: string): string =>
    enter(
      cause,
      `SELECT ${SEEN} FROM jobs
      WHERE jobs.status = 'running' AND jobs.returned_at IS NULL AND ${gone} AND ${noYoungWave(cause, times)} LIMIT ${WAVE_LIMIT}`,
    );
  return {
    worker_lost: running('worker_lost', `NOT ${heard}`),
    outcome_lost: running('outcome_lost', `${heard} AND NOT ${isAmong(held, 'jobs.id', 'jobs.run')}`),
  };
}
