import { describe, expect, it } from '@jest/globals';
import { type Evidence, isRipe, type SentProbe, standing } from './proof.js';
import { reconcilerTimes } from './times.js';

const times = reconcilerTimes(60_000);
const SINCE = 1_000_000;
const WATCHED = SINCE + 60_000;

const probe = (sentAt: number, backAt: number | null, changes: Partial<SentProbe> = {}): SentProbe => ({
  key: 'lab.classic-1',
  sentAt,
  backAt,
  gone: false,
  ...changes,
});
const judged = (now: number, probes: SentProbe[], changes: Partial<Evidence> = {}): ReturnType<typeof standing> =>
  standing({ now, since: SINCE, keys: ['lab.classic-1'], probes, moves: true, fallenAt: null, ...changes }, times);

describe('standing', () => {
  it('asks nothing before the jobs have been watched, then sends one probe', () => {
    expect(judged(WATCHED - 1, []).probe).toEqual([]);
    expect(judged(WATCHED, []).probe).toEqual(['lab.classic-1']);
    expect(judged(WATCHED + 1, [probe(WATCHED, null)])).toMatchObject({ probe: [], overtakenAt: null, provenAt: null });
  });

  it('proves nothing by one probe, whatever time passes', () => {
    const first = probe(WATCHED, WATCHED + 5);
    expect(judged(WATCHED + 29_999, [first])).toMatchObject({ probe: [], overtakenAt: WATCHED + 5, provenAt: null });
    expect(judged(WATCHED + 30_005, [first])).toMatchObject({ probe: ['lab.classic-1'], provenAt: null });
    expect(judged(WATCHED + 9_000_000, [first])).toMatchObject({ provenAt: null });
  });

  it('proves by a second probe that was sent 30 s after the first came back, not by one sent earlier', () => {
    const first = probe(WATCHED, WATCHED + 5);
    const early = probe(WATCHED + 30_004, WATCHED + 30_010);
    const second = probe(WATCHED + 30_005, WATCHED + 40_000);
    expect(judged(WATCHED + 50_000, [first, early])).toMatchObject({ provenAt: null, probe: ['lab.classic-1'] });
    expect(judged(WATCHED + 50_000, [first, early, second])).toMatchObject({ provenAt: WATCHED + 40_000, probe: [] });
  });

  it('needs a second probe that was sent 30 s after the last worker fell silent: what it held is in the queue again', () => {
    const fallenAt = WATCHED + 35_000;
    const probes = [probe(WATCHED, WATCHED + 5), probe(WATCHED + 30_005, WATCHED + 40_000)];
    expect(judged(WATCHED + 64_999, probes, { fallenAt })).toMatchObject({ provenAt: null, probe: [] });
    expect(judged(WATCHED + 65_000, probes, { fallenAt })).toMatchObject({ provenAt: null, probe: ['lab.classic-1'] });
    const third = probe(WATCHED + 65_000, WATCHED + 66_000);
    expect(judged(WATCHED + 70_000, [...probes, third], { fallenAt }).provenAt).toBe(WATCHED + 66_000);
  });

  it('takes no probe for a proof that was sent before the jobs were suspected', () => {
    const old = [probe(SINCE - 90_000, SINCE - 80_000), probe(SINCE - 1, SINCE + 1)];
    expect(judged(WATCHED, old)).toMatchObject({ overtakenAt: null, provenAt: null, probe: ['lab.classic-1'] });
  });

  it('sends no second probe while one is out, and takes none for lost where nobody takes messages', () => {
    const out = probe(SINCE - 5_000, null);
    expect(judged(WATCHED, [out]).probe).toEqual([]);
    expect(judged(WATCHED + 86_400_000, [out], { moves: false }).probe).toEqual([]);
  });

  it('gives up a probe that does not come back though the queue moves, later and later', () => {
    const first = probe(WATCHED, null);
    expect(judged(WATCHED + 119_999, [first]).probe).toEqual([]);
    expect(judged(WATCHED + 120_000, [first]).probe).toEqual(['lab.classic-1']);
    const both = [first, probe(WATCHED + 120_000, null)];
    expect(judged(WATCHED + 359_999, both).probe).toEqual([]);
    expect(judged(WATCHED + 360_000, both).probe).toEqual(['lab.classic-1']);
    expect(judged(WATCHED + 130_000, [first, probe(WATCHED + 120_000, WATCHED + 125_000)]).overtakenAt).toBe(
      WATCHED + 125_000,
    );
  });

  it('is proven at once by a returned probe: there is no such queue', () => {
    const gone = probe(WATCHED, WATCHED + 1, { gone: true });
    expect(judged(WATCHED + 2, [gone])).toMatchObject({ provenAt: WATCHED + 1, gone: true, probe: [] });
  });

  it('asks in every queue where the messages may be, and is proven when the last has answered', () => {
    const keys = ['lab.classic-1', 'lab.quorum-1'];
    const gone = probe(WATCHED, WATCHED + 1, { gone: true });
    expect(judged(WATCHED + 2, [gone], { keys })).toMatchObject({ provenAt: null, probe: ['lab.quorum-1'] });
    const other = { key: 'lab.quorum-1' };
    const proven = [probe(WATCHED, WATCHED + 5, other), probe(WATCHED + 40_000, WATCHED + 41_000, other)];
    expect(judged(WATCHED + 50_000, [gone, ...proven], { keys })).toMatchObject({
      provenAt: WATCHED + 41_000,
      gone: false,
    });
    expect(judged(WATCHED + 50_000, [gone], { keys: [] }).provenAt).toBeNull();
  });
});

describe('isRipe', () => {
  const SHOWN = 2_000_000;
  const SETTLED = SHOWN + times.settleMs;
  const of = (changes: Partial<Parameters<typeof isRipe>[1]>): boolean =>
    isRipe(
      SHOWN,
      { now: SETTLED + 2_000, heardAt: [SETTLED + 1], knownUpTo: SETTLED + 1, needsNobody: false, ...changes },
      times,
    );

  it('is so when the ledger knows what was reported since, and every worker has been heard again', () => {
    expect(of({})).toBe(true);
    expect(of({ knownUpTo: SETTLED })).toBe(false);
    expect(of({ heardAt: [SETTLED + 1, SETTLED] })).toBe(false);
  });

  it('does not wait for workers that are gone', () => {
    expect(of({ heardAt: [SETTLED + 1, SETTLED + 1_999 - times.silenceMs] })).toBe(true);
  });

  it('is not so while nobody is heard, unless there is nothing that anybody could have', () => {
    for (const heardAt of [[], [SETTLED + 1_999 - times.silenceMs]]) {
      expect(of({ heardAt })).toBe(false);
      expect(of({ heardAt, needsNobody: true })).toBe(true);
    }
  });
});
