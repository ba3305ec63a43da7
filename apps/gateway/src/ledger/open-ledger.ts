import { type Telemetry } from '#libs/observability';
import { type Database, LedgerUnavailableError } from './database.js';
import { migrate } from './migrate.js';

const WAIT_FOR_MS = 60_000;
const PAUSE_MS = 1_000;

/**
 * Waits up to a minute for the database and brings its schema up to date.
 * @throws Error with one sentence when the database does not answer, refuses the login, or belongs to a newer version
 */
export async function openLedger(database: Database, telemetry: Telemetry): Promise<void> {
  const giveUpAt = Date.now() + WAIT_FOR_MS;
  for (;;) {
    try {
      await migrate(database);
      return;
    } catch (error) {
      if (!(error instanceof LedgerUnavailableError)) throw error;
      if (Date.now() > giveUpAt) {
        const message = `The database of DATABASE_URL does not answer: ${error.message}. Start it, or correct the setting.`;
        throw new Error(message, { cause: error });
      }
      telemetry.emit('ledger.waiting', { reason: error.message });
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }
}
