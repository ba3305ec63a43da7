import { type Database, type Queries } from './database.js';

/** Knows which patterns are to let events into the queue of the gateways. */
export class PatternStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Every pattern that an enabled trigger has. */
  async wanted(): Promise<string[]> {
    return wantedPatterns(this.#database);
  }

  /** Those of which it is not known that they are bound. */
  async unbound(): Promise<string[]> {
    return this.#patterns(
      `SELECT pattern FROM event_patterns WHERE bound_at IS NULL
       AND EXISTS (SELECT FROM triggers WHERE triggers.pattern = event_patterns.pattern AND enabled)`,
    );
  }

  async noteBound(patterns: readonly string[]): Promise<void> {
    await this.#database.query('UPDATE event_patterns SET bound_at = now() WHERE pattern = ANY($1::text[])', [
      patterns,
    ]);
  }

  /**
   * Lets go of up to `limit` patterns that no enabled trigger has any more. Whoever makes a trigger with one of them meanwhile
   * waits until it is let go of, and binds it again. One at a time, each by one gateway.
   * @param unbind takes the binding away; when it fails, the pattern stays
   */
  async letGo(limit: number, unbind: (pattern: string) => Promise<void>): Promise<void> {
    for (let left = limit; left > 0 && (await this.#letGoOfOne(unbind)); left -= 1);
  }

  async #letGoOfOne(unbind: (pattern: string) => Promise<void>): Promise<boolean> {
    return this.#database.transaction(async (transaction) => {
      const [unwanted] = await transaction.query<{ pattern: string }>(LOCK_UNWANTED);
      if (unwanted === undefined) return false;
      // Read anew, now that nobody can begin to want it.
      const [wanted] = await transaction.query('SELECT FROM triggers WHERE pattern = $1 AND enabled LIMIT 1', [
        unwanted.pattern,
      ]);
      if (wanted !== undefined) return false;
      await unbind(unwanted.pattern);
      await transaction.query('DELETE FROM event_patterns WHERE pattern = $1', [unwanted.pattern]);
      return true;
    });
  }

  async #patterns(sql: string): Promise<string[]> {
    return (await this.#database.query<{ pattern: string }>(sql)).map(({ pattern }) => pattern);
  }
}

/** Every pattern that an enabled trigger has. */
export async function wantedPatterns(queries: Queries): Promise<string[]> {
  const rows = await queries.query<{ pattern: string }>('SELECT DISTINCT pattern FROM triggers WHERE enabled');
  return rows.map(({ pattern }) => pattern);
}

const LOCK_UNWANTED = `
SELECT pattern FROM event_patterns
WHERE NOT EXISTS (SELECT FROM triggers WHERE triggers.pattern = event_patterns.pattern AND enabled)
LIMIT 1 FOR UPDATE SKIP LOCKED`;
