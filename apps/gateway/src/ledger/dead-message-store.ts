import { buriedByBroker } from '../dead-letters/broker-death.js';
import { type Database, type KeyedQueries } from './database.js';
import { EVENT_LETTERS, type BuriedRun, type NewDeadLetter } from './dead-letter.js';
import { type JobState } from '../tracker/job-state.js';
import { writeDecisions } from './decision-writes.js';
import { type DecidedJob } from './decided-job.js';
import { type LockedJobs, readStates } from './job-states.js';
import { type HeardOfRun, hearOfVoids, voidKey } from './voids.js';

/** What was read from among the dead letters of the broker and is not yet known here. */
export type Arrival =
  { readonly kind: 'message'; readonly letter: NewDeadLetter } | { readonly kind: 'run'; readonly run: BuriedRun };

/** Enters what comes from the broker's dead letters. */
export class DeadMessageStore {
  readonly #database: Database;
  readonly #kept: number;

  /** @param keptPerQueue how many letters of messages that are no job's are kept of each queue: the newest */
  constructor(database: Database, keptPerQueue = 100_000) {
    this.#database = database;
    this.#kept = keptPerQueue;
  }

  /**
   * Keeps messages that are no job's, and ends jobs whose message the broker has dead-lettered. What was entered before
   * changes nothing. Returns whether there is anything to send.
   */
  async enter(arrivals: readonly Arrival[]): Promise<boolean> {
    const runs = arrivals.flatMap((arrival) => (arrival.kind === 'run' ? [arrival.run] : []));
    const messages = arrivals.flatMap((arrival) => (arrival.kind === 'message' ? [arrival.letter] : []));
    return this.#database.transactionByKey(
      (transaction) =>
        readStates(
          transaction,
          runs.map(({ job }) => job),
        ),
      async (transaction, locked) => {
        const { changed, decisions, strangers } = decideAll(locked, runs);
        const toSend = await writeDecisions(transaction, changed, decisions);
        const voids = await hearOfVoids(transaction, runs.map(heardOf));
        const unknown = strangers.filter((run) => !voids.known.has(voidKey(run)));
        await keepMessages(transaction, [...messages, ...unknown.map(({ letter }) => letter)]);
        await noteRemovals(
          transaction,
          runs.filter((run) => !unknown.includes(run)),
        );
        return toSend || voids.toSend;
      },
    );
  }

  /** Lets go of the oldest messages of a queue that has more than are kept. Returns how many. */
  async prune(): Promise<number> {
    const rows = await this.#database.query<{ id: string }>(PRUNE, [this.#kept]);
    return rows.length;
  }
}

interface Decided {
  readonly changed: readonly JobState[];
  readonly decisions: readonly DecidedJob[];
  /** Of no job that the ledger has. */
  readonly strangers: readonly BuriedRun[];
}

function decideAll({ now, states }: LockedJobs, runs: readonly BuriedRun[]): Decided {
  const before = new Map(states);
  const decisions: DecidedJob[] = [];
  const strangers: BuriedRun[] = [];
  for (const buried of runs) {
    const state = states.get(buried.job);
    if (state === undefined) strangers.push(buried);
    else {
      const decision = buriedByBroker(state, buried.run, buried.death, now);
      states.set(buried.job, decision.state);
      decisions.push({ job: decision.state, decision });
    }
  }
  const changed = [...states.values()].filter((state) => state !== before.get(state.id));
  return { changed, decisions, strangers };
}

// A voided message that the broker has thrown out has come back as surely as one that an app hands back.
function heardOf({ job, run, letter }: BuriedRun): HeardOfRun {
  return { domain: letter.message.domain, report: { type: 'returned', job, run } };
}

async function keepMessages(transaction: KeyedQueries, letters: readonly NewDeadLetter[]): Promise<void> {
  if (letters.length === 0) return;
  const column = <T>(pick: (letter: NewDeadLetter) => T): T[] => letters.map(pick);
  await transaction.query(KEEP, [
    column(({ id }) => id),
    column(({ tenant }) => tenant),
    column(({ queue }) => queue),
    column(({ task }) => task),
    column(({ error }) => JSON.stringify(error)),
    column(({ reason }) => reason),
    column(({ payload }) => payload),
    column(({ workerId }) => workerId),
    column(({ message }) => JSON.stringify(message)),
  ]);
}

// Such a message lies among the letters of its domain beside the copy of the job's own letter, which tells more.
async function noteRemovals(transaction: KeyedQueries, runs: readonly BuriedRun[]): Promise<void> {
  if (runs.length === 0) return;
  await transaction.query(
    'INSERT INTO dead_letter_removals (queue, letter_id) SELECT * FROM unnest($1::text[], $2::uuid[])',
    [runs.map(({ letter }) => letter.message.domain), runs.map(({ letter }) => letter.id)],
  );
}

// Events have no domain, and a name of their own. A domain that nobody has announced is anybody's invention: what names one shares a queue, and so a bound, with all such.
const KEEP = `
INSERT INTO dead_letters (id, tenant, queue, task, error, reason, payload, worker_id, message, dead_at)
SELECT DISTINCT ON (id) id, tenant, coalesce(domains.name, CASE new.queue WHEN '${EVENT_LETTERS}' THEN new.queue ELSE 'unknown' END), task, error::json, reason, payload, worker_id,
       message::json, date_trunc('milliseconds', clock_timestamp())
FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[])
  AS new (id, tenant, queue, task, error, reason, payload, worker_id, message)
LEFT JOIN domains ON domains.name = new.queue
ORDER BY id
ON CONFLICT (id) DO NOTHING`;

const PRUNE = `
DELETE FROM dead_letters USING (
  SELECT id, row_number() OVER (PARTITION BY queue ORDER BY dead_at DESC, id DESC) AS place
  FROM dead_letters WHERE job_id IS NULL
) AS ranked
WHERE ranked.id = dead_letters.id AND ranked.place > $1
RETURNING dead_letters.id`;
