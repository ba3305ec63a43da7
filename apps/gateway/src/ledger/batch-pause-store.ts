import { type Database, type Queries } from './database.js';
import { type ControlDispatch, type Dispatch } from './outbox.js';
import { IN_LINE, IN_PAUSED_BATCH } from './paused-batches.js';
import { holdBackRuns } from './voids.js';

/** Which jobs of a batch: those that may have a message or get one, and those that wait in the ledger for it. */
type Part = 'out' | 'waiting' | 'open';

const AT_ONCE = 1_000;

/**
 * Pauses batches and lets them go on. Whoever enters or moves a job of a batch looks at its mark; what was under way before it
 * was set or taken away is waited for here, job by job.
 */
export class BatchPauseStore {
  readonly #database: Database;
  readonly #dispatch: Pick<Dispatch, 'wake'> & ControlDispatch;

  constructor(database: Database, dispatch: Pick<Dispatch, 'wake'> & ControlDispatch) {
    this.#database = database;
    this.#dispatch = dispatch;
  }

  /**
   * Lets no job of a batch start any more, nor of the batches that its jobs have spawned or will. What is with the broker is
   * said on the control stream; what runs goes on. When this settles, all that is to be said is committed.
   */
  async pause(id: string): Promise<void> {
    const batches = await this.#mark(id, true);
    // Few are out, and each of those may start any moment. While they were looked at, one of the others may have been let go.
    for (const part of ['out', 'waiting', 'out'] as const) {
      for (const batch of batches) await this.#each(batch, part, (ids) => this.#hold(ids));
    }
  }

  /** Lets the jobs go on, each in the place that it had; those of batches under it that were paused by themselves, too. */
  async resume(id: string): Promise<void> {
    for (const batch of await this.#mark(id, false)) await this.#each(batch, 'open', (ids) => this.#release(ids));
    this.#dispatch.wake();
  }

  /**
   * From the batch downwards, one level after the other: a batch that is opened below takes over what stands above. All are
   * marked or none: what a resume has left is looked for in batches that are marked as resumed.
   */
  async #mark(id: string, paused: boolean): Promise<readonly string[]> {
    return this.#database.transaction(async (transaction) => {
      const marked: string[] = [];
      for (let level: readonly string[] = [id]; level.length > 0; level = await spawnedIn(transaction, level)) {
        await transaction.query(MARK, [level, paused]);
        marked.push(...level);
      }
      return marked;
    });
  }

  async #each(batch: string, part: Part, act: (ids: readonly string[]) => Promise<void>): Promise<void> {
    for (let after: string | null = null; ;) {
      const rows: readonly { id: string }[] = await this.#database.query(LIST[part], [batch, after, AT_ONCE]);
      const ids = rows.map(({ id }) => id);
      if (ids.length > 0) await act(ids);
      if (ids.length < AT_ONCE) return;
      after = ids.at(-1) ?? null;
    }
  }

  async #hold(ids: readonly string[]): Promise<void> {
    const toSay = await this.#database.transaction(async (transaction) => {
      await transaction.query(LOCK, [ids]);
      await transaction.query(HOLD, [ids]);
      return holdBackRuns(transaction, ids);
    });
    if (toSay) this.#dispatch.hurry();
  }

  async #release(ids: readonly string[]): Promise<void> {
    await this.#database.transaction(async (transaction) => {
      await transaction.query(LOCK, [ids]);
      await transaction.query(RELEASE, [ids]);
    });
  }
}

async function spawnedIn(transaction: Queries, batches: readonly string[]): Promise<readonly string[]> {
  const rows = await transaction.query<{ id: string }>(SPAWNED_IN, [batches]);
  return rows.map(({ id }) => id);
}

const MARK = `
WITH locked AS (SELECT id FROM batches WHERE id = ANY($1::uuid[]) ORDER BY id FOR NO KEY UPDATE)
UPDATE batches SET paused_at = CASE WHEN $2::boolean THEN coalesce(paused_at, now()) END
FROM locked WHERE batches.id = locked.id`;

const SPAWNED_IN = `
SELECT batches.id FROM jobs JOIN batches ON batches.id = jobs.id WHERE jobs.batch_id = ANY($1::uuid[])`;

/** @param condition what jobs have in common; one that is being moved may come to have it, or no longer have it */
const list = (condition: string): string => `
SELECT id FROM jobs WHERE batch_id = $1 AND status <> 'completed' AND ${condition} AND ($2::uuid IS NULL OR id > $2)
ORDER BY id LIMIT $3`;

const LIST: Readonly<Record<Part, string>> = {
  out: list('held IS NULL'),
  waiting: list("held IN ('turn','key')"),
  open: list('true'),
};

/** Each of the statements after it sees what others had made of these jobs, and of the marks: a pause and a resume may overlap. */
const LOCK = 'SELECT id FROM jobs WHERE id = ANY($1::uuid[]) ORDER BY id FOR NO KEY UPDATE';

const HOLD = `
UPDATE jobs SET held = 'batch' WHERE id = ANY($1::uuid[]) AND held IN ('turn','key') AND ${IN_PAUSED_BATCH}`;

const RELEASE = `
UPDATE jobs SET held = ${IN_LINE}
WHERE id = ANY($1::uuid[]) AND held = 'batch' AND NOT ${IN_PAUSED_BATCH}`;
