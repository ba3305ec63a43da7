import { describe, expect, it } from '@jest/globals';
import { figureOf, percentile } from './statistics.js';

describe('figureOf', () => {
  it('takes the middle of an odd number of runs, and the mean of the two middle ones of an even number', () => {
    expect(figureOf([5, 1, 9])).toMatchObject({ median: 5, least: 1, most: 9 });
    expect(figureOf([4, 1, 9, 2])).toMatchObject({ median: 3, least: 1, most: 9 });
  });

  it('needs a run', () => {
    expect(() => figureOf([])).toThrow(RangeError);
  });
});

describe('percentile', () => {
  it('is a value that was there, which so many of all values do not exceed', () => {
    const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);
    expect([0, 0.5, 0.99, 1].map((share) => percentile(hundred, share))).toEqual([1, 50, 99, 100]);
    expect(percentile([7], 0.99)).toBe(7);
  });

  it('needs a value', () => {
    expect(() => percentile([], 0.5)).toThrow(RangeError);
  });
});
