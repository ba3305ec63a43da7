import { type Database } from './database.js';

/** What a sweep of a queue of letters looks for. */
export interface SweepOrder {
  readonly queue: string;
  /** The newest removal that the sweep is about. */
  readonly upTo: string;
  /** Letters of no job that are gone. */
  readonly gone: ReadonlySet<string>;
}

const LEASE = "now() + interval '5 minutes'";
/** A copy may be published while its letter is removed: the relay is not held for longer than a claim, a confirm and some. */
const AGAIN_AFTER = "interval '2 minutes'";
const MAX_NAMED = 100_000;

/** SQL: the queue of the row `dead_letter_removals` is to be swept for it, for the first time or once more. */
export const IS_TO_SWEEP = `(swept_at IS NULL OR removed_at < now() - ${AGAIN_AFTER})`;

/** Knows which queues of letters in the broker hold some that are gone, and who sweeps them. */
export class RemovalStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Takes the sweep of one queue that is due, for five minutes; undefined when none is due, or others are at it. */
  async take(): Promise<SweepOrder | undefined> {
    const [taken] = await this.#database.query<{ queue: string }>(TAKE);
    if (taken === undefined) return undefined;
    const rows = await this.#database.query<{ id: string; letter_id: string | null }>(
      'SELECT id, letter_id FROM dead_letter_removals WHERE queue = $1 ORDER BY id LIMIT $2',
      [taken.queue, MAX_NAMED],
    );
    const gone = new Set(rows.flatMap(({ letter_id }) => (letter_id === null ? [] : [letter_id])));
    return { queue: taken.queue, upTo: rows.at(-1)?.id ?? '0', gone };
  }

  /** Holds on to the sweep for five more minutes. */
  async prolong(queue: string): Promise<void> {
    await this.#database.query(`UPDATE dead_letter_sweeps SET leased_until = ${LEASE} WHERE queue = $1`, [queue]);
  }

  /** Which of these letters of jobs are there; the others are gone, because a letter is there before its copy is. */
  async present(ids: readonly string[]): Promise<ReadonlySet<string>> {
    const rows = await this.#database.query<{ id: string }>('SELECT id FROM dead_letters WHERE id = ANY($1::uuid[])', [
      ids,
    ]);
    return new Set(rows.map(({ id }) => id));
  }

  /** The queue was looked through to its end. What was removed just before is looked for once more. */
  async done({ queue, upTo }: SweepOrder): Promise<void> {
    await this.#database.transaction(async (transaction) => {
      await transaction.query(
        `DELETE FROM dead_letter_removals WHERE queue = $1 AND id <= $2 AND swept_at IS NOT NULL
         AND removed_at < now() - ${AGAIN_AFTER}`,
        [queue, upTo],
      );
      await transaction.query(
        'UPDATE dead_letter_removals SET swept_at = now() WHERE queue = $1 AND id <= $2 AND swept_at IS NULL',
        [queue, upTo],
      );
      await transaction.query('DELETE FROM dead_letter_sweeps WHERE queue = $1', [queue]);
    });
  }
}

const TAKE = `
INSERT INTO dead_letter_sweeps (queue, leased_until)
SELECT queue, ${LEASE} FROM dead_letter_removals
WHERE ${IS_TO_SWEEP}
  AND queue NOT IN (SELECT queue FROM dead_letter_sweeps WHERE leased_until >= now())
ORDER BY id LIMIT 1
ON CONFLICT (queue) DO UPDATE SET leased_until = excluded.leased_until WHERE dead_letter_sweeps.leased_until < now()
RETURNING queue`;
