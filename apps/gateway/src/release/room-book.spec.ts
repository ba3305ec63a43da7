import { describe, expect, it } from '@jest/globals';
import { RoomBook, type Seen } from './room-book.js';

const LINE = { queue: 'media', tenant: 'a' };
const WINDOW = 24;

/** A book in which jobs of a tenant are held behind a full window. */
function bookOf(seen: Partial<Seen> = {}): RoomBook {
  const book = new RoomBook();
  const rules = { order: 'fifo', weights: {} } as const;
  const standings = [{ ...LINE, rules, out: WINDOW, holds: true }];
  book.look()({ standings, limited: new Set(), keysWait: false, windowOf: () => WINDOW, ...seen });
  return book;
}

describe('a look who may go', () => {
  it('is due when an eighth of the smallest window in which jobs are held has become free, however it did', () => {
    const one = bookOf();
    expect([1, 1, 1].map((jobs) => one.end(jobs))).toEqual([false, false, true]);
    expect(bookOf().end(3)).toBe(true);
    expect(bookOf({ windowOf: () => 4 }).end(1)).toBe(true);
  });

  it('counts from when the last one began', () => {
    const book = bookOf();
    book.end(2);
    const seen = book.look();
    expect(book.end(1)).toBe(false);
    seen({ standings: [], limited: new Set(), keysWait: true, windowOf: () => WINDOW });
    expect(book.end(0)).toBe(true);
  });

  it('is due with the first job that ends while others wait for a key or a tenant has a limit', () => {
    expect(bookOf({ keysWait: true }).end(1)).toBe(true);
    expect(bookOf({ limited: new Set(['a']) }).end(1)).toBe(true);
  });

  it('is due for no end of a job when nobody waits, nor when no job has ended', () => {
    expect(bookOf({ standings: [] }).end(WINDOW)).toBe(false);
    expect(bookOf({ keysWait: true }).end(0)).toBe(false);
  });
});
