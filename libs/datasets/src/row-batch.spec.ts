import { describe, expect, it } from '@jest/globals';
import { RowBatch } from './row-batch.js';
import { type Row } from './row-source.js';

describe('a batch of rows', () => {
  it('is full with the most rows it may have', () => {
    expect(rowsUntilFull(new RowBatch(1_000), 100)).toBe(1_000);
  });

  it('is full with two million characters, however short the rows before were', () => {
    const batch = new RowBatch(1_000);
    expect(rowsUntilFull(batch, 200_000)).toBe(11);
    for (let row = 0; row < 999; row += 1) batch.add(rowOf(100));
    expect(batch.isFull).toBe(false);
    batch.add(rowOf(4_000_000));
    expect(batch.take()).toHaveLength(1_000);
  });

  it('begins anew when it was taken', () => {
    const batch = new RowBatch(3);
    expect([rowsUntilFull(batch, 1), rowsUntilFull(batch, 1)]).toEqual([3, 3]);
    expect(batch.take()).toEqual([]);
  });
});

function rowOf(characters: number): Row {
  return ['x'.repeat(characters), null];
}

/** Fills a batch with rows of so many characters, and takes it. */
function rowsUntilFull(batch: RowBatch, characters: number): number {
  while (!batch.isFull) batch.add(rowOf(characters));
  return batch.take().length;
}
