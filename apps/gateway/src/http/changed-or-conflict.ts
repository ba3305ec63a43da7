import { conflict } from './problem.js';

/** Somebody else may change it at the same time; then the change is made to what they have left. */
const CHANGE_TRIES = 5;

/**
 * Changes what others may change as well.
 * @param what it is, for the message
 * @param change reads it and puts another in its place; undefined when somebody else was faster
 * @throws Problem 409 when somebody else always is
 */
export async function changedOrConflict<T>(what: string, change: () => Promise<T | undefined>): Promise<T> {
  for (let tries = 0; tries < CHANGE_TRIES; tries += 1) {
    const changed = await change();
    if (changed !== undefined) return changed;
  }
  throw conflict('changed_by_others', `The ${what} is being changed by others. Read it, and try again.`);
}
