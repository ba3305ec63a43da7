import { isId } from '../ledger/ids.js';
import { missing } from './problem.js';

/** The id that a text is; undefined when it is none. */
export function readId(text: string): string | undefined {
  return isId(text) ? text : undefined;
}

/**
 * The id in a path.
 * @throws Problem 404 when it cannot be one: there is nothing of that id
 */
export function pathId(what: string, text: string): string {
  if (!isId(text)) throw missing(what, text.slice(0, 100));
  return text;
}
