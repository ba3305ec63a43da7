import { describe, expect, it } from '@jest/globals';
import { durationMs, parseDuration } from './duration.js';

describe('parseDuration', () => {
  it.each([
    [0, 0],
    [1_500, 1_500],
    ['500ms', 500],
    ['30s', 30_000],
    ['1.5s', 1_500],
    ['5m', 300_000],
    ['2h', 7_200_000],
    ['7d', 604_800_000],
  ])('reads %j as %d ms', (value, expected) => {
    expect(parseDuration(value)).toBe(expected);
  });

  it.each([
    [-1],
    [1.5],
    [Infinity],
    [NaN],
    ['30'],
    ['30 s'],
    ['-5s'],
    ['5y'],
    [''],
    [null],
    [true],
    ['1'.repeat(20) + 's'],
  ])('refuses %j', (value) => {
    expect(parseDuration(value)).toBeUndefined();
  });
});

describe('durationMs', () => {
  it('says what it expected and what came', () => {
    expect(() => durationMs('soon')).toThrow(/Expected a duration .*"30s".*got "soon"/);
  });
});
