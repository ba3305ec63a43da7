import { PermanentError } from '#libs/consumer';

/** Also such as JavaScript would round. */
const WHOLE = /^-?\d{1,100}$/;

/** How far the rows of a resource have been read. It is kept with the rows, so that it is as true as they are. */
export interface SyncState {
  /** The job that has read last. */
  readonly job: string;
  /** Pages that this job has read. */
  readonly pages: number;
  /** Rows of them that the host has named as deleted. */
  readonly deleted: number;
  /** Only what is newer was asked for; null: everything. */
  readonly since: string | null;
  /** The newest that was seen. */
  readonly cursor: string | null;
  /** Where the next page is; null: at the beginning. */
  readonly next: string | null;
  /** Where an earlier page has led to; one that leads there again closes a circle. */
  readonly ledTo?: string;
  /** Whether everything has been read. */
  readonly done: boolean;
}

/** What a page changes of it. */
export interface ReadPage {
  /** Null: it is the last. */
  readonly next: string | null;
  /** The same of pages that lead to the same; null: it is the last. */
  readonly leadsTo: string | null;
  readonly deleted: number;
  /** The newest of its rows; null when none says. */
  readonly newest: string | null;
}

/**
 * Where a job begins: where it was itself; where another has stopped in the middle; else anew, with what is newer than the last one has seen.
 * @param cursor of the payload: then another job's place does not count
 */
export function stateAtStart(mark: string | null, job: string, cursor: string | undefined): SyncState {
  const known = mark === null ? undefined : (JSON.parse(mark) as SyncState);
  if (known?.job === job) return known;
  if (known?.done === false && cursor === undefined) return { ...known, job, pages: 0, deleted: 0 };
  const since = cursor ?? known?.cursor ?? null;
  return { job, pages: 0, deleted: 0, since, cursor: since, next: null, done: false };
}

/**
 * The state after a page. Each page is compared with the latest before it whose number is a power of two: so every circle is found,
 * however long it is, and one place is all that has to be kept.
 * @throws PermanentError `sync_in_circles` when pages lead to where one before has led
 */
export function stateAfter(state: SyncState, { next, leadsTo, newest, deleted }: ReadPage): SyncState {
  const pages = state.pages + 1;
  if (next !== null && leadsTo === state.ledTo) {
    throw new PermanentError('sync_in_circles', 'The host names as the next page one that was read before.');
  }
  const cursor = newest === null || (state.cursor !== null && !isNewer(newest, state.cursor)) ? state.cursor : newest;
  const place = leadsTo !== null && Number.isInteger(Math.log2(pages)) ? { ledTo: leadsTo } : {};
  return { ...state, pages, deleted: state.deleted + deleted, next, cursor, ...place, done: next === null };
}

/** Numbers by their size, all else, such as times in one form of ISO 8601, by the order of their signs. */
export function isNewer(one: string, other: string): boolean {
  if (WHOLE.test(one) && WHOLE.test(other)) return BigInt(one) > BigInt(other);
  const [a, b] = [Number(one), Number(other)];
  return Number.isNaN(a) || Number.isNaN(b) ? one > other : a > b;
}
