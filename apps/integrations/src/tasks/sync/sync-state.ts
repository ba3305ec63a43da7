import { PermanentError } from '#libs/consumer';

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
  /** Whether everything has been read. */
  readonly done: boolean;
}

/** What a page changes of it. */
export interface ReadPage {
  /** Null: it is the last. */
  readonly next: string | null;
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

/** The state after a page. @throws PermanentError `sync_in_circles` when the page leads to itself */
export function stateAfter(state: SyncState, { next, newest, deleted }: ReadPage): SyncState {
  if (next !== null && next === state.next) {
    throw new PermanentError('sync_in_circles', 'The page that the host names as the next one is the same.');
  }
  const cursor = newest === null || (state.cursor !== null && !isNewer(newest, state.cursor)) ? state.cursor : newest;
  return { ...state, pages: state.pages + 1, deleted: state.deleted + deleted, next, cursor, done: next === null };
}

/** Numbers by their size, all else, such as times in one form of ISO 8601, by the order of their signs. */
export function isNewer(one: string, other: string): boolean {
  const [a, b] = [Number(one), Number(other)];
  return Number.isNaN(a) || Number.isNaN(b) ? one > other : a > b;
}
