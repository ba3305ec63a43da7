import { describe, expect, it } from '@jest/globals';
import { type Evidence, HearingClock, isLost, type Watch, watched } from './silence.js';

const SECOND = 1_000;

/** What a gateway has seen after looking once a second, with a second of the clock between two looks. */
function after(...looks: readonly Evidence[]): Watch {
  const [first, ...rest] = looks;
  if (first === undefined) throw new Error('Expected at least one look.');
  return rest.reduce<Watch>((watch, evidence) => watched(watch, evidence, SECOND), watched(undefined, first, SECOND));
}

const heard = (heardAt: number | null, named = true): Evidence => ({ run: 1, heardAt, named });
const times = (count: number, look: (index: number) => Evidence): Evidence[] =>
  Array.from({ length: count }, (_, index) => look(index));

describe('a run whose message has come back', () => {
  it('is lost when its worker has been silent for six seconds since it is looked at', () => {
    for (const heardAt of [null, 5]) {
      expect(isLost(after(...times(6, () => heard(heardAt))))).toBe(false);
      expect(isLost(after(...times(7, () => heard(heardAt))))).toBe(true);
    }
  });

  it('goes on for as long as its worker is heard every few seconds and names it', () => {
    const looks = times(600, (index) => heard(Math.floor(index / 5)));
    for (let count = 1; count <= looks.length; count += 1) expect(isLost(after(...looks.slice(0, count)))).toBe(false);
  });

  it('is lost when its worker is heard for thirty seconds without naming it', () => {
    const unnamed = (count: number): Evidence[] => times(count, (index) => heard(index, false));
    expect(isLost(after(...unnamed(30)))).toBe(false);
    expect(isLost(after(...unnamed(31)))).toBe(true);
    expect(isLost(after(...unnamed(29), heard(100, true), ...unnamed(29)))).toBe(false);
  });

  it('is looked at anew when it is another run', () => {
    const silent = times(6, () => heard(5));
    expect(isLost(after(...silent, { ...heard(5), run: 2 }))).toBe(false);
  });
});

describe('HearingClock', () => {
  it('goes with the heartbeats of anybody, and no faster than one worker sends them', () => {
    const clock = new HearingClock();
    expect([10_000, 11_000, 12_500, 60_000].map((at) => clock.advance(at))).toEqual([0, 1_000, 1_500, 2_000]);
  });

  it('stands still while nobody is heard', () => {
    const clock = new HearingClock();
    expect([null, 10_000, 10_000, null, 40_000].map((at) => clock.advance(at))).toEqual([0, 0, 0, 0, 0]);
  });

  it('goes over no time twice when the worker that was heard last has left', () => {
    const clock = new HearingClock();
    expect([9_000, 10_000, 8_100, 8_000, 10_100, 11_100].map((at) => clock.advance(at))).toEqual([
      0, 1_000, 0, 0, 100, 1_000,
    ]);
  });

  it('goes on after the clock of the ledger was set back', () => {
    const clock = new HearingClock();
    expect([60_000, 10_000, 11_000, 12_000].map((at) => clock.advance(at))).toEqual([0, 0, 0, 1_000]);
  });
});
