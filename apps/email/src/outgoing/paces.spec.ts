import { describe, expect, it } from '@jest/globals';
import { RetryAfter } from '#libs/consumer';
import { type Departure, Paces } from './paces.js';

const HOUR_MS = 3_600_000;

interface Plan {
  readonly processes: number;
  /** Mails per second to the domain, of all processes together. */
  readonly rate: number;
  readonly mails: number;
  readonly untilMs: number;
  /** Nothing runs between these moments; what was due meanwhile comes at once afterwards. */
  readonly paused?: readonly [number, number];
}

interface Sent {
  /** When mails went, in order. */
  readonly at: readonly number[];
  /** How often jobs ran. */
  readonly runs: number;
}

/** Jobs that come to one of several processes by chance, each time, at 500 a second at first. */
function simulate({ processes, rate, mails, untilMs, paused = [0, 0] }: Plan): Sent {
  const each = Array.from(
    { length: processes },
    () => new Paces({ all: null, byDomain: new Map([['x.org', rate / processes]]) }, 0),
  );
  const random = randomNumbers();
  const due = new Map<number, { isFurtherRun: boolean }[]>();
  const come = (at: number, isFurtherRun: boolean): void => {
    const shifted = at >= paused[0] && at < paused[1] ? paused[1] : Math.ceil(at);
    due.set(shifted, [...(due.get(shifted) ?? []), { isFurtherRun }]);
  };
  for (let count = 0; count < mails; count += 1) come(count * 2, false);
  const at: number[] = [];
  let runs = 0;
  for (let now = 0; now < untilMs; now += 1) {
    for (const { isFurtherRun } of due.get(now) ?? []) {
      runs += 1;
      const place = placeOf(each[Math.floor(random() * processes)], { domains: ['x.org'], isFurtherRun }, now);
      if (typeof place === 'number') at.push(place);
      else come(now + Math.max(1, place.delayMs), true);
    }
    due.delete(now);
  }
  return { at: at.sort((one, other) => one - other), runs };
}

function placeOf(paces: Paces | undefined, mail: Departure, now: number): number | RetryAfter {
  try {
    return paces?.take(mail, now) ?? now;
  } catch (error) {
    if (error instanceof RetryAfter) return error;
    throw error;
  }
}

/** The same at every run; a linear congruential generator with the constants of Numerical Recipes. */
function randomNumbers(): () => number {
  let state = 1;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return state / 2 ** 32;
  };
}

/** The most mails of any such time. */
function mostWithin(at: readonly number[], windowMs: number): number {
  let [first, most] = [0, 0];
  for (const [last, moment] of at.entries()) {
    while (moment - (at[first] ?? moment) >= windowMs) first += 1;
    most = Math.max(most, last - first + 1);
  }
  return most;
}

describe('the paces of mails', () => {
  it.each([1, 2, 4, 8])('use up what is allowed when jobs come back to any of %i processes', (processes) => {
    const { at, runs } = simulate({ processes, rate: 20, mails: 8_000, untilMs: 300_000 });
    expect(at.length).toBeGreaterThan(0.9 * 20 * 300);
    expect(mostWithin(at, 10_000)).toBeLessThanOrEqual(20 * 10 + 6 * processes);
    expect(runs).toBeLessThan(3 * 8_000);
  });

  it('keep to the rate after a pause in which many mails became due', () => {
    const paused = [60_000, 600_000] as const;
    const { at } = simulate({ processes: 1, rate: 5, mails: 4_000, untilMs: 800_000, paused });
    expect(mostWithin(at, 10_000)).toBeLessThanOrEqual(5 * 10 + 6);
    expect(at.filter((moment) => moment > 600_000).length).toBeGreaterThan(0.9 * 5 * 200);
  });

  it('send at rates that are lower than one mail in the patience of a job', () => {
    const paces = new Paces({ all: 100 / 3_600, byDomain: new Map() }, 0);
    let [now, isFurtherRun, sent] = [0, false, 0];
    while (now < HOUR_MS) {
      const place = placeOf(paces, { domains: ['x.org'], isFurtherRun }, now);
      sent += typeof place === 'number' ? 1 : 0;
      [now, isFurtherRun] = typeof place === 'number' ? [Math.max(place, now), false] : [now + place.delayMs, true];
    }
    expect(sent).toBe(100);
  });

  it('let mails to others go at the rate of all while one domain is slow', () => {
    const paces = new Paces({ all: 100, byDomain: new Map([['slow.org', 2]]) }, 0);
    let others = 0;
    for (let now = 0; now < 10_000; now += 1) {
      if (now % 200 === 0) placeOf(paces, { domains: ['slow.org'], isFurtherRun: false }, now);
      const place = placeOf(paces, { domains: ['x.org'], isFurtherRun: false }, now);
      others += typeof place === 'number' && place < 10_000 ? 1 : 0;
    }
    expect(others).toBeGreaterThan(0.95 * (100 - 2) * 10);
  });
});
