import { type DeadLetterFilter } from '../ledger/dead-letter-filter.js';
import { type DeadLetterStore } from '../ledger/dead-letter-store.js';

const AT_ONCE = 5_000;
const PATIENCE_MS = 6_000;

/** How many letters are gone, and whether all that were meant are. */
export interface Purged {
  readonly purged: number;
  readonly complete: boolean;
}

/** Lets go of letters in steps, for as long as a caller waits for an answer. What comes meanwhile stays. */
export async function purge(letters: DeadLetterStore, selection: DeadLetterFilter): Promise<Purged> {
  const deadline = performance.now() + PATIENCE_MS;
  const until = await letters.now();
  for (let purged = 0; ;) {
    const gone = await letters.purge(selection, AT_ONCE, until);
    purged += gone;
    if (gone < AT_ONCE) return { purged, complete: true };
    if (performance.now() > deadline) return { purged, complete: false };
  }
}
