import { isId } from '../ledger/ids.js';
import { type TimeCursor } from '../ledger/time-cursor.js';
import { readTime } from './iso-time.js';

/** A place in a list by time, as text. */
export function positionText(at: string, id: string): string {
  return `${at} ${id}`;
}

/** The place that a text names. */
export function readPosition(text: string): TimeCursor | undefined {
  const [at = '', id = '', ...rest] = text.split(' ');
  const asWritten = readTime(at)?.toISOString() === at;
  return asWritten && isId(id) && rest.length === 0 ? { at, id } : undefined;
}
