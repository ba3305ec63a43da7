import { type Database } from './database.js';
import { IS_TO_SWEEP } from './removal-store.js';
import { type PreparedStatement } from './statement.js';

/** Another gateway may have died with something in hand, and what comes after a rest is found by nobody else. */
const LOOK_EVERY_MS = 1_000;

/** Work that lies in the ledger until somebody does it. The orders want the indexes, whatever the statistics say. */
const WORK = {
  facts: 'facts WHERE fires OR free_at <= now() ORDER BY id',
  endings: 'endings ORDER BY id',
  deliveries: 'ends_to_deliver ORDER BY id',
  events: 'events WHERE fired_at IS NULL ORDER BY uid',
  redrives: 'redrives WHERE ended_at IS NULL ORDER BY created_at',
  removals: `dead_letter_removals WHERE ${IS_TO_SWEEP} ORDER BY id`,
} as const;

const LOOK: PreparedStatement = {
  ...{ name: 'look-out', reads: 'by key' },
  text: `SELECT ${Object.entries(WORK)
    .map(([work, rows]) => `(SELECT true FROM ${rows} LIMIT 1) IS TRUE AS ${work}`)
    .join(', ')}`,
};

/**
 * Looks once a second, in one statement for all who work, whether there is work that nobody of this process has heard of, and wakes
 * who does it: mostly there is none.
 */
export class Lookout {
  readonly #database: Pick<Database, 'queryByKey'>;
  readonly #wakes: { readonly work: keyof typeof WORK; readonly wake: () => void }[] = [];
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;

  constructor(database: Pick<Database, 'queryByKey'>) {
    this.#database = database;
  }

  /** Calls back whenever there is such work, also while somebody has it in hand. */
  on(work: keyof typeof WORK, wake: () => void): void {
    this.#wakes.push({ work, wake });
  }

  start(): void {
    this.#timer ??= setInterval(() => {
      this.#looking ??= this.#look().finally(() => (this.#looking = undefined));
    }, LOOK_EVERY_MS).unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#timer = undefined;
    await this.#looking;
  }

  // While the ledger is away there is nothing to do; the next look finds it.
  async #look(): Promise<void> {
    const [found] = await this.#database.queryByKey<Record<keyof typeof WORK, boolean>>(LOOK).catch(() => []);
    for (const { work, wake } of this.#wakes) if (found?.[work] === true) wake();
  }
}
