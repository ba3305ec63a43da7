import { describe, expect, it } from '@jest/globals';
import { type Decision, decideScale, type ScaleRules, type Situation } from './decide.js';

const RULES: ScaleRules = { least: 1, most: 4, targetMs: 20_000, coolDownMs: 30_000 };

/** Two processes of four slots, all of them busy. */
const BUSY: Situation = {
  ...{ waiting: 0, active: 8, paused: false, runMs: 1_000, oldestWaitingMs: 0, perSecond: 8 },
  ...{ slots: 8, slotsEach: 4, processes: 2, leaving: 0, sinceChangeMs: 60_000 },
};
const IDLE: Situation = { ...BUSY, active: 0 };

const decide = (now: Partial<Situation>, base = BUSY, rules = RULES): Decision =>
  decideScale({ ...base, ...now }, rules);

describe('decideScale', () => {
  it.each<[string, Partial<Situation>, number]>([
    ['waits for what drains within the target', { waiting: 160 }, 0],
    ['adds one when that is enough', { waiting: 200 }, 1],
    ['adds as many as the target needs', { waiting: 300 }, 2],
    ['adds no more than there are', { waiting: 10_000, processes: 1, slots: 4, active: 4 }, 1],
    ['adds no more than may be', { waiting: 10_000, processes: 3, slots: 12, active: 12 }, 1],
    ['counts those that are about to end among the most', { waiting: 10_000, leaving: 2 }, 0],
    ['adds none for a deep queue of quick jobs', { waiting: 4_000, runMs: 5 }, 0],
    ['adds none while the queue is paused', { waiting: 10_000, paused: true }, 0],
    ['adds none while half of the slots are idle', { waiting: 10_000, active: 3 }, 0],
    ['adds none for jobs that have an idle slot each', { waiting: 3, active: 5, oldestWaitingMs: 30_000 }, 0],
    ['goes by what runs long, not by how many wait', { waiting: 3, runMs: 600_000 }, 1],
    [
      'adds one for an unknown run time when the oldest waits too long',
      { waiting: 1, runMs: null, oldestWaitingMs: 20_001, perSecond: 0 },
      1,
    ],
    ['adds none for an unknown run time before that', { waiting: 500, runMs: null, oldestWaitingMs: 19_000 }, 0],
    [
      'adds one when the oldest job proves the estimate wrong',
      { waiting: 20, oldestWaitingMs: 40_000, perSecond: 0.5 },
      1,
    ],
    ['adds none when the oldest is the end of a burst', { waiting: 100, oldestWaitingMs: 80_000 }, 0],
  ])('%s', (_title, now, change) => {
    expect(decide({ sinceChangeMs: 0, ...now }).change).toBe(change);
  });

  it.each<[string, Partial<Situation>, number]>([
    ['ends one that is not needed', {}, -1],
    ['ends one at a time', { processes: 4, slots: 16 }, -1],
    ['ends none before the cool-down is over', { sinceChangeMs: 29_999 }, 0],
    ['ends none of the least', { processes: 1, slots: 4 }, 0],
    ['ends none while the rest would need more than half of the target', { waiting: 50, active: 8 }, 0],
    ['ends one while the rest needs less', { waiting: 30, active: 8 }, -1],
    ['ends none while long jobs would lose their slots', { active: 5, runMs: 3_600_000 }, 0],
    ['ends one of those whose jobs fit into the others', { active: 4, runMs: 3_600_000 }, -1],
    ['ends none for an unknown run time while jobs wait', { waiting: 10, active: 8, runMs: null }, 0],
    ['starts what is missing of the least', { processes: 0, slots: 0, active: 0 }, 1],
  ])('%s', (_title, now, change) => {
    expect(decide(now, IDLE).change).toBe(change);
  });

  it('grows and shrinks by thresholds so far apart that one does not lead to the other', () => {
    for (let waiting = 0; waiting < 1_000; waiting += 10) {
      const grown = decide({ waiting, processes: 1, slots: 4, active: 4 });
      if (grown.change !== 1) continue;
      expect(decide({ waiting: waiting - 4 }).change).not.toBe(-1);
    }
  });

  it('tells the numbers that it has decided by', () => {
    const burst = { waiting: 4_100, runMs: 74, oldestWaitingMs: 3_200 };
    expect(decide(burst)).toMatchObject({ change: 2, drainMs: 37_925 });
    expect(decide(burst).why).toBe('4,100 waiting, 38 s to drain, the oldest for 3.2 s, target 20 s');
    expect(decide({ ...burst, processes: 4 }).why).toContain('; 4 are the most');
    expect(decide({}, IDLE).why).toBe('0 waiting, 0 running, 0 s to drain with one fewer, target 20 s');
  });
});
