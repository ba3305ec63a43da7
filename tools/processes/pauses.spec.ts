import { describe, expect, it } from '@jest/globals';
import { Pauses } from './pauses.js';

describe('Pauses', () => {
  it('doubles from half a second to half a minute while the runs are short', () => {
    const pauses = new Pauses();
    expect(Array.from({ length: 8 }, () => pauses.next(1_000))).toEqual([
      500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000,
    ]);
  });

  it('begins anew after a run of a minute', () => {
    const pauses = new Pauses();
    pauses.next(0);
    pauses.next(0);
    expect(pauses.next(60_000)).toBe(500);
  });
});
