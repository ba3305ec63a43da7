import { describe, expect, it } from '@jest/globals';
import { Breaker, type Verdict } from './breaker.js';

const TERMS = { failureShare: 0.5, leastCalls: 5, openMs: 1_000, longestOpenMs: 4_000 };

describe('a breaker', () => {
  const breakerOf = (): Breaker => new Breaker(TERMS);
  const call = (breaker: Breaker, verdict: Verdict, now = 0): boolean => breaker.end(breaker.begin(now), verdict, now);
  const opened = (now = 0): Breaker => {
    const breaker = breakerOf();
    for (let calls = 0; calls < 5; calls += 1) call(breaker, 'failure', now);
    return breaker;
  };
  /** Lets it see what the other knows, as it would be told. */
  const tell = (from: Breaker, to: Breaker, now = 0): boolean => {
    const news = from.news(now);
    return news !== undefined && to.learn(news, now);
  };

  it('opens when more than half of at least five calls have failed, and not before', () => {
    const breaker = breakerOf();
    for (let calls = 0; calls < 4; calls += 1) expect(call(breaker, 'failure')).toBe(false);
    expect([breaker.state(0), call(breaker, 'failure'), breaker.state(0)]).toEqual(['closed', true, 'open']);
  });

  it('stays closed while half of the calls or more succeed, and counts none that say nothing', () => {
    const breaker = breakerOf();
    for (let calls = 0; calls < 50; calls += 1) {
      call(breaker, 'success');
      call(breaker, 'failure');
      call(breaker, 'neither');
    }
    expect(breaker.state(0)).toBe('closed');
  });

  it('admits nothing while it is open, then one probe at a time', () => {
    const breaker = opened();
    expect([breaker.admits(0, 999), breaker.openForMs(999), breaker.admits(0, 1_000)]).toEqual([false, 1, true]);
    const probe = breaker.begin(1_000);
    expect([breaker.state(1_000), breaker.admits(1, 1_000)]).toEqual(['half-open', false]);
    breaker.end(probe, 'neither', 1_000);
    expect(breaker.admits(0, 1_000)).toBe(true);
  });

  it('opens for twice as long after each probe that fails, up to the longest', () => {
    const breaker = opened();
    const waits: number[] = [];
    for (let now = 1_000, probes = 0; probes < 4; probes += 1) {
      call(breaker, 'failure', now);
      waits.push(breaker.openForMs(now));
      now += breaker.openForMs(now);
    }
    expect(waits).toEqual([2_000, 4_000, 4_000, 4_000]);
  });

  it('admits one call more with each success after a probe, until all may pass', () => {
    const breaker = opened();
    expect([call(breaker, 'success', 1_000), breaker.state(1_000)]).toEqual([true, 'ramping']);
    const room: boolean[] = [];
    for (let calls = 0; calls < 3; calls += 1) {
      room.push(breaker.admits(calls, 1_000), breaker.admits(calls + 1, 1_000));
      call(breaker, 'success', 1_000);
    }
    expect(room).toEqual([true, false, true, false, true, false]);
    for (let calls = 0; calls < 64; calls += 1) call(breaker, 'success', 1_000);
    expect([breaker.state(1_000), breaker.admits(1_000, 1_000)]).toEqual(['closed', true]);
  });

  it('opens for the shortest time again after a release that has come to its end', () => {
    const breaker = opened();
    for (let calls = 0; calls < 80; calls += 1) call(breaker, 'success', 1_000);
    for (let calls = 0; calls < 15; calls += 1) call(breaker, 'failure', 2_000);
    expect(breaker.openForMs(2_000)).toBe(1_000);
  });

  it('takes no notice of the end of a call that began before it opened or closed', () => {
    const breaker = breakerOf();
    const early = breaker.begin(0);
    for (let calls = 0; calls < 5; calls += 1) call(breaker, 'failure');
    expect([breaker.end(early, 'success', 0), breaker.state(0)]).toEqual([false, 'open']);
  });

  describe('and that of another process', () => {
    it('opens with it, for as long as is left, whatever their clocks say', () => {
      const other = breakerOf();
      const news = opened().news(400);
      expect(news).toMatchObject({ open: true, openForMs: 600 });
      if (news !== undefined) other.learn(news, 1_000_000);
      expect([other.state(1_000_599), other.state(1_000_600)]).toEqual(['open', 'half-open']);
    });

    it('closes with it, and ramps up', () => {
      const first = opened();
      const other = breakerOf();
      tell(first, other);
      call(first, 'success', 1_000);
      tell(first, other, 1_000);
      expect(other.state(1_000)).toBe('ramping');
    });

    it('goes on as it is when it hears that the other is closed, too', () => {
      const other = breakerOf();
      const first = opened();
      call(first, 'success', 1_000);
      tell(first, other, 1_000);
      expect(other.state(1_000)).toBe('closed');
    });

    it('is open in both when one probe succeeds and another fails at the same time', () => {
      const first = opened();
      const other = breakerOf();
      tell(first, other);
      call(first, 'success', 1_000);
      call(other, 'failure', 1_000);
      tell(first, other, 1_000);
      tell(other, first, 1_000);
      expect([first.state(1_000), other.state(1_000)]).toEqual(['open', 'open']);
    });

    it('ends the same, in whatever order news come and however often', () => {
      const source = opened();
      const told = [source.news(0)];
      for (const verdict of ['failure', 'success'] as const) {
        call(source, verdict, 10_000 * told.length);
        told.push(source.news(10_000 * told.length));
      }
      const orders = [
        [0, 1, 2],
        [2, 1, 0],
        [1, 2, 0, 1],
        [2, 2, 0],
      ];
      const ends = orders.map((order) => {
        const breaker = breakerOf();
        for (const index of order) {
          const news = told[index];
          if (news !== undefined) breaker.learn(news, 50_000);
        }
        const { version, open } = breaker.news(50_000) ?? {};
        return { version, open };
      });
      expect(ends).toEqual(orders.map(() => ({ version: 3, open: false })));
    });

    it('does not believe that it has to stay open for ever', () => {
      const breaker = breakerOf();
      breaker.learn({ version: 1, open: true, openForMs: 1e12, openings: 1 }, 0);
      expect(breaker.openForMs(0)).toBe(4_000);
    });
  });
});
