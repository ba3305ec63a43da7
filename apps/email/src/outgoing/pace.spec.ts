import { describe, expect, it } from '@jest/globals';
import { Pace } from './pace.js';

const NEW = false;
const FURTHER = true;

describe('a pace', () => {
  it('tells a line of any length when to come back, a mail at a time', () => {
    const pace = new Pace(10, 0);
    pace.take(NEW, 0);
    const turns = Array.from({ length: 300_000 }, () => pace.putOff(0));
    expect([turns[0], turns[1], turns.at(-1)]).toEqual([100, 200, 30_000_000]);
    expect(pace.isIdle(30_000_000)).toBe(false);
    expect(pace.isIdle(30_000_100)).toBe(true);
  });

  it('has new mails wait behind the line, and lets those go that come back', () => {
    const pace = new Pace(1, 0);
    pace.take(NEW, 0);
    pace.putOff(0);
    expect(pace.next(NEW, 1_000)).toBe(2_000);
    expect(pace.next(FURTHER, 1_000)).toBe(1_000);
  });

  it('gives mails that come back late some places that nobody used, and new ones none', () => {
    const late = new Pace(1, 0);
    late.take(NEW, 0);
    expect(Array.from({ length: 7 }, () => late.take(FURTHER, 60_000))).toEqual([
      ...[60_000, 60_000, 60_000, 60_000, 60_000, 60_000, 61_000],
    ]);
    const fresh = new Pace(1, 0);
    fresh.take(NEW, 0);
    expect([fresh.take(NEW, 60_000), fresh.take(NEW, 60_000)]).toEqual([60_000, 61_000]);
  });

  it('has no places from before it began', () => {
    const pace = new Pace(1, 60_000);
    expect(Array.from({ length: 3 }, () => pace.take(FURTHER, 60_000))).toEqual([60_000, 61_000, 62_000]);
  });
});
