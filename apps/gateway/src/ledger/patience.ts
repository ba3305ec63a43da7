import { setTimeout as delay } from 'node:timers/promises';
import { LedgerUnavailableError } from './database.js';

/** How long a caller who wants a job entered is kept waiting for the database. */
export const UNREACHABLE_FOR_MS = 8_000;
const RETRY_PAUSE_MS = 250;

/**
 * Writes, and again while the database is out of reach. Whether a statement that broke off was committed is not known:
 * what is written must be the same when it is written twice.
 * @param giveUpAt by this process's clock
 * @throws LedgerUnavailableError when the database did not take it in time; it may be committed all the same
 */
export async function writePatiently<T>(giveUpAt: number, write: () => Promise<T>): Promise<T> {
  for (;;) {
    if (Date.now() > giveUpAt) throw new LedgerUnavailableError('The database did not take the job in time.');
    try {
      return await answeredBy(giveUpAt, write());
    } catch (error) {
      if (!(error instanceof LedgerUnavailableError) || Date.now() + RETRY_PAUSE_MS > giveUpAt) throw error;
      await delay(RETRY_PAUSE_MS);
    }
  }
}

/** @throws LedgerUnavailableError when there is no answer in time; the statement goes on, and may be committed later */
function answeredBy<T>(deadline: number, answer: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(
      () => reject(new LedgerUnavailableError('The database did not answer in time.')),
      Math.max(0, deadline - Date.now()),
    );
    answer.then(resolve, reject).finally(() => clearTimeout(late));
  });
}
