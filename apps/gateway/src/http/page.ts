import { type QueryReader } from './query.js';

const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 200;
const CURSOR = /^[A-Za-z0-9_-]{2,400}$/;

/** A part of a list. */
export interface Page<T> {
  readonly data: readonly T[];
  /** Given back as `?cursor=`, it leads to the next part; null at the end. */
  readonly nextCursor: string | null;
}

/** Which part of a list is asked for: what comes behind the position `after`. */
export interface PageRequest<P> {
  readonly limit: number;
  readonly after: P | null;
}

/** Reads `limit` and `cursor`. `readPosition` gives undefined for what is no position in the list. */
export function readPageRequest<P>(query: QueryReader, readPosition: (text: string) => P | undefined): PageRequest<P> {
  const limit = query.parsed('limit', readLimit, `a whole number from 1 to ${MAX_LIMIT}`) ?? DEFAULT_LIMIT;
  return { limit, after: readCursor(query, readPosition) };
}

/** Reads `cursor` alone: where something went as far as. */
export function readCursor<P>(query: QueryReader, readPosition: (text: string) => P | undefined): P | null {
  const read = (text: string): P | undefined => readPosition(decodedCursor(text));
  return query.parsed('cursor', read, 'the nextCursor of an earlier page') ?? null;
}

/** The page of `rows`, of which one more than `limit` was read to see whether there is more. */
export function pageOf<R, T>(
  rows: readonly R[],
  limit: number,
  positionOf: (row: R) => string,
  shown: (row: R) => T,
): Page<T> {
  const data = rows.slice(0, limit);
  const last = data.at(-1);
  const nextCursor = rows.length > limit && last !== undefined ? cursorOf(positionOf(last)) : null;
  return { data: data.map(shown), nextCursor };
}

/** A position as a cursor. */
export function cursorOf(position: string): string {
  return Buffer.from(position).toString('base64url');
}

/** The position in a cursor; an empty one, which no list has, when the text is none that we made. */
function decodedCursor(text: string): string {
  const position = CURSOR.test(text) ? Buffer.from(text, 'base64url').toString() : '';
  return cursorOf(position) === text ? position : '';
}

function readLimit(text: string): number | undefined {
  const limit = /^\d{1,3}$/.test(text) ? Number(text) : 0;
  return limit >= 1 && limit <= MAX_LIMIT ? limit : undefined;
}
