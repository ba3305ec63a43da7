import { describe, expect, it } from '@jest/globals';
import { figureOf } from './statistics.js';

describe('figureOf', () => {
  it('takes the middle of an odd number of runs, and the mean of the two middle ones of an even number', () => {
    expect(figureOf([5, 1, 9])).toMatchObject({ median: 5, least: 1, most: 9 });
    expect(figureOf([4, 1, 9, 2])).toMatchObject({ median: 3, least: 1, most: 9 });
  });

  it('needs a run', () => {
    expect(() => figureOf([])).toThrow(RangeError);
  });
});
