import { type Queries } from './database.js';
import { milliseconds } from './milliseconds.js';

/** Why nothing is reconciled at the moment. */
export type Obstacle = 'not_started' | 'broker_away' | 'ledger_behind';

/** Keeps which gateway reconciles, and what keeps it from doing so. */
export class ReconcilerStore {
  readonly #database: Queries;
  readonly #leaseMs: number;

  constructor(database: Queries, leaseMs: number) {
    this.#database = database;
    this.#leaseMs = leaseMs;
  }

  /** Takes or prolongs the office; false while another gateway holds it. */
  async hold(gateway: string): Promise<boolean> {
    const rows = await this.#database.query(HOLD, [gateway, this.#leaseMs]);
    return rows.length > 0;
  }

  /** Gives the office up, so that another gateway need not wait. */
  async resign(gateway: string): Promise<void> {
    await this.#database.query(
      `UPDATE reconciler SET holder = NULL, held_until = now(), obstacle = 'not_started', since = now() WHERE holder = $1`,
      [gateway],
    );
  }

  /** Lets any gateway take the office, this one as well. */
  async yield(gateway: string): Promise<void> {
    await this.#database.query('UPDATE reconciler SET held_until = now() WHERE holder = $1', [gateway]);
  }

  /** Says what keeps the holder from its work; null when nothing does. */
  async say(gateway: string, obstacle: Obstacle | null): Promise<void> {
    await this.#database.query(SAY, [gateway, obstacle]);
  }

  /** The ledger's clock, in milliseconds since 1970. */
  async now(): Promise<number> {
    const [row] = await this.#database.query<{ now: number }>(`SELECT ${milliseconds('clock_timestamp()')} AS now`);
    return row?.now ?? 0;
  }
}

const HOLD = `
UPDATE reconciler SET holder = $1, held_until = now() + $2 * interval '1 millisecond'
WHERE holder = $1 OR holder IS NULL OR held_until < now() RETURNING "only"`;

const SAY = `
UPDATE reconciler SET obstacle = $2, since = now() WHERE holder = $1 AND obstacle IS DISTINCT FROM $2`;
