import { describe, expect, it } from '@jest/globals';
import { BatchSize } from './batch-size.js';
import { type Row } from './row-source.js';

describe('the size of a batch', () => {
  it('grows to the most rows while rows are short', () => {
    const size = new BatchSize(1_000);
    const sizes = Array.from({ length: 5 }, () => read(size, 100));
    expect(sizes).toEqual([10, 40, 160, 640, 1_000]);
  });

  it('is as many long rows as two million characters', () => {
    const size = new BatchSize(1_000);
    read(size, 200_000);
    expect(read(size, 200_000)).toBe(10);
    expect(read(size, 4_000_000)).toBe(10);
    expect(read(size, 100)).toBe(1);
    expect(read(size, 100)).toBe(4);
  });

  it('is never more than what was asked for', () => {
    const size = new BatchSize(3);
    expect([read(size, 1), read(size, 1)]).toEqual([3, 3]);
  });
});

/** Reads a batch of rows of so many characters. */
function read(size: BatchSize, characters: number): number {
  const { rows } = size;
  size.note(Array.from({ length: rows }, (): Row => ['x'.repeat(characters), null]));
  return rows;
}
