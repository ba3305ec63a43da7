import { nearest } from '#libs/config';
import { isBareName } from '#libs/contracts';
import { type TaskRecord } from '../ledger/task-store.js';

/** A task's name is long: so many slips still leave no doubt, one for each three letters. */
const MAX_SLIPS = 4;
const LETTERS_FOR_A_SLIP = 3;

/** The task that takes jobs and was probably meant, called in the way that was tried: with its domain or bare. */
export function nearestTask(name: string, tasks: readonly TaskRecord[]): string | undefined {
  const names = tasks.filter(({ withdrawn }) => !withdrawn).map((task) => task.name);
  const written = isBareName(name) ? names.map((known) => known.slice(known.indexOf('.') + 1)) : names;
  return nearest(name, written, Math.min(MAX_SLIPS, Math.floor(name.length / LETTERS_FOR_A_SLIP)));
}
