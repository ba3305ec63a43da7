import { afterEach, describe, expect, it } from '@jest/globals';
import { isHeartbeatName } from '#libs/contracts';
import { PeersInMemory } from '../../spec/peers-in-memory.js';
import { Dependencies, type DependenciesOptions, type Entry, Parked, type Peers } from './dependencies.js';
import { DEPENDENCY_TERMS, type DependencyTerms } from './terms.js';

const SLOTS = 40;

describe('Dependencies', () => {
  const started: Dependencies[] = [];
  let now = 10_000;

  afterEach(() => {
    for (const dependencies of started.splice(0)) dependencies.stop();
  });

  const processOf = (peers: Peers, more: Partial<DependenciesOptions> = {}): Dependencies => {
    const dependencies = new Dependencies({
      ...{ slots: SLOTS, peers, termsOf: () => DEPENDENCY_TERMS, now: () => now, random: () => 1 },
      ...more,
    });
    started.push(dependencies);
    return dependencies;
  };
  const alone = (): Peers => new PeersInMemory().join('a');
  const limited = (terms: Partial<DependencyTerms>): Partial<DependenciesOptions> => ({
    termsOf: () => ({ ...DEPENDENCY_TERMS, ...terms }),
  });
  /** Makes as many calls as may be made, and one that shows why there are no more. */
  const entered = (dependencies: Dependencies, name: string, most = 100): { entries: Entry[]; parked?: Parked } => {
    const entries: Entry[] = [];
    try {
      while (entries.length < most) entries.push(dependencies.enter(name));
      return { entries };
    } catch (error) {
      if (!(error instanceof Parked)) throw error;
      return { entries, parked: error };
    }
  };
  /** Makes as many calls as may be made, all of which succeed at once. */
  const made = (dependencies: Dependencies, name: string): number => {
    const { entries } = entered(dependencies, name);
    for (const entry of entries) entry.end('success');
    return entries.length;
  };
  const succeed = (dependencies: Dependencies, name: string): void => {
    dependencies.enter(name).end('success');
  };
  const breakDown = (dependencies: Dependencies, name: string): void => {
    for (let calls = 0; calls < 5; calls += 1) dependencies.enter(name).end('failure');
  };
  const heardFromAll = (): void => {
    now += 500;
  };

  describe('of one process', () => {
    it('lets as many calls be made as there are jobs where nobody has set a limit', () => {
      const dependencies = processOf(alone());
      succeed(dependencies, 'good');
      expect(entered(dependencies, 'good', SLOTS).entries).toHaveLength(SLOTS);
    });

    it('parks what is above the limit of calls at once, and lets the next in when one has ended', () => {
      const dependencies = processOf(alone(), limited({ concurrency: 3 }));
      heardFromAll();
      const { entries, parked } = entered(dependencies, 'api');
      expect([entries.length, parked?.reason]).toEqual([3, 'dependency_busy']);
      entries[0]?.end('success');
      entries[0]?.end('success');
      expect(entered(dependencies, 'api').entries).toHaveLength(1);
    });

    it('spreads calls evenly over the seconds, and tells each of the others when it may come', () => {
      const dependencies = processOf(alone(), limited({ perSecond: 2 }));
      heardFromAll();
      expect(entered(dependencies, 'api')).toMatchObject({ entries: [{}], parked: { waitMs: 500 } });
      expect(entered(dependencies, 'api').parked?.waitMs).toBe(1_000);
      expect(entered(dependencies, 'api').parked?.waitMs).toBe(1_500);
      const begun = Array.from({ length: 100 }, () => {
        now += 100;
        return made(dependencies, 'api');
      });
      expect(begun.reduce((sum, calls) => sum + calls)).toBe(20);
    });

    it('parks all calls to one that is down, and goes on with the others', () => {
      const dependencies = processOf(alone());
      succeed(dependencies, 'good');
      breakDown(dependencies, 'bad');
      const { entries, parked } = entered(dependencies, 'bad');
      expect([entries.length, parked?.reason, parked?.waitMs]).toEqual([0, 'dependency_down', 5_000]);
      expect(entered(dependencies, 'good', 10).entries).toHaveLength(10);
      expect(dependencies.downFor('bad')).toBeGreaterThanOrEqual(5_000);
      expect(dependencies.downFor('good')).toBeUndefined();
    });

    it('has those that it parks come back one after the other, and all within a minute', () => {
      const dependencies = processOf(alone());
      breakDown(dependencies, 'bad');
      const waits = Array.from({ length: 2_000 }, () => entered(dependencies, 'bad').parked?.waitMs ?? 0);
      expect(waits.slice(0, 3)).toEqual([5_000, 5_050, 5_100]);
      expect(Math.max(...waits)).toBeLessThanOrEqual(65_000);
    });

    it('keeps at most half of its places for all that hang, and one for each when there are many', () => {
      const dependencies = processOf(alone());
      const names = Array.from({ length: 200 }, (_, index) => `hanging-${index}`);
      const perName = names.map((name) => entered(dependencies, name, 3).entries.length);
      const sum = perName.reduce((total, calls) => total + calls);
      expect([sum, perName.at(4)]).toEqual([SLOTS / 2, 1]);
    });

    it('has jobs that find no place come back one after the other, of however many that hang', () => {
      const dependencies = processOf(alone());
      const names = Array.from({ length: SLOTS / 2 + 100 }, (_, index) => `hanging-${index}`);
      const waits = names.flatMap((name) => entered(dependencies, name, 1).parked?.waitMs ?? []);
      expect(waits).toEqual(Array.from({ length: 100 }, (_, index) => 500 + index * 50));
    });

    it('has jobs that wait for a try come back one after the other, of however many that are tried', () => {
      const dependencies = processOf(alone());
      const names = Array.from({ length: 10 }, (_, index) => `bad-${index}`);
      for (const name of names) breakDown(dependencies, name);
      now += 5_000;
      for (const name of names) dependencies.enter(name);
      const waits = [...names, ...names].map((name) => entered(dependencies, name).parked?.waitMs);
      expect(waits).toEqual(Array.from({ length: 20 }, (_, index) => 500 + index * 50));
    });

    it('takes one for hanging that has answered before and does no more', () => {
      const dependencies = processOf(alone());
      succeed(dependencies, 'late');
      const { entries } = entered(dependencies, 'late', SLOTS / 2);
      now += 1_001;
      expect(entered(dependencies, 'late').entries).toEqual([]);
      for (const entry of entries) entry.answered();
      expect(entered(dependencies, 'late', 5).entries).toHaveLength(5);
    });

    it('shows what is in use or not closed', () => {
      const dependencies = processOf(alone());
      succeed(dependencies, 'idle');
      breakDown(dependencies, 'bad');
      entered(dependencies, 'bad');
      now += 60_000;
      entered(dependencies, 'good', 2);
      expect(dependencies.view()).toEqual([
        { name: 'bad', state: 'half-open', inFlight: 0, parked: 0 },
        { name: 'good', state: 'closed', inFlight: 2, parked: 0 },
      ]);
    });
  });

  it.each(['', 'a'.repeat(200), 'a\0b'])('shows no name that would spoil a whole heartbeat: %j', (name) => {
    const dependencies = processOf(alone());
    dependencies.enter(name);
    dependencies.enter('good');
    expect(isHeartbeatName(name)).toBe(false);
    expect(dependencies.view()).toMatchObject([{ name: 'good' }]);
  });

  describe('of several processes', () => {
    it('make no more calls at once than one limit, and each has a part of them', () => {
      const exchange = new PeersInMemory();
      const all = ['a', 'b', 'c'].map((name) => processOf(exchange.join(name), limited({ concurrency: 7 })));
      heardFromAll();
      const rounds = Array.from({ length: 10 }, () => {
        now += 1_000;
        const calls = all.map((dependencies) => entered(dependencies, 'api').entries);
        tellAll(all);
        for (const entry of calls.flat()) entry.end('success');
        tellAll(all);
        return calls.map(({ length }) => length);
      });
      expect(rounds.at(-1)).toEqual([3, 2, 2]);
    });

    it('count what others still have in flight when one begins to use the dependency', () => {
      const exchange = new PeersInMemory();
      const [first, second] = ['a', 'b'].map((name) => processOf(exchange.join(name), limited({ concurrency: 4 })));
      heardFromAll();
      if (first === undefined || second === undefined) throw new Error('There are two.');
      const { entries } = entered(first, 'api');
      tellAll([first]);
      expect([entries.length, entered(second, 'api').entries.length]).toEqual([4, 0]);
      for (const entry of entries.slice(0, 2)) entry.end('success');
      tellAll([second, first]);
      expect([entered(first, 'api').entries.length, entered(second, 'api').entries.length]).toEqual([0, 2]);
    });

    it('hear of all that a process uses but of what has no name that they take', () => {
      const exchange = new PeersInMemory();
      const [first, second] = ['a', 'b'].map((name) => processOf(exchange.join(name), limited({ concurrency: 4 })));
      heardFromAll();
      if (first === undefined || second === undefined) throw new Error('There are two.');
      entered(first, 'a'.repeat(301));
      entered(first, 'api');
      breakDown(second, 'bad');
      breakDown(second, 'b'.repeat(301));
      tellAll([first, second]);
      expect(entered(second, 'api').entries).toEqual([]);
      expect(first.view()).toContainEqual(expect.objectContaining({ name: 'bad', state: 'open' }));
    });

    it('share a rate', () => {
      const exchange = new PeersInMemory();
      const all = ['a', 'b'].map((name) => processOf(exchange.join(name), limited({ perSecond: 10 })));
      heardFromAll();
      for (const dependencies of all) entered(dependencies, 'api');
      tellAll(all);
      let calls = 0;
      for (let tick = 0; tick < 100; tick += 1) {
        now += 100;
        if (tick % 10 === 0) tellAll(all);
        for (const dependencies of all) calls += made(dependencies, 'api');
      }
      expect(calls).toBeGreaterThanOrEqual(98);
      expect(calls).toBeLessThanOrEqual(102);
    });

    it('make no limited call before they have heard of the others', () => {
      const dependencies = processOf(alone(), limited({ concurrency: 3 }));
      expect(entered(dependencies, 'api').entries).toEqual([]);
      heardFromAll();
      expect(entered(dependencies, 'api').entries).toHaveLength(3);
    });

    it('open together, though what was told first is lost, and one starts later', () => {
      const exchange = new PeersInMemory();
      let isLost = true;
      const first = processOf(exchange.join('a', () => isLost));
      const second = processOf(exchange.join('b'));
      breakDown(first, 'bad');
      expect(second.view()).toEqual([]);
      isLost = false;
      const third = processOf(exchange.join('c'));
      expect([second, third].map((dependencies) => dependencies.view()[0]?.state)).toEqual(['open', 'open']);
      expect(entered(third, 'bad').parked?.reason).toBe('dependency_down');
    });

    it('close together when one probe has succeeded', () => {
      const exchange = new PeersInMemory();
      const [first, second] = ['a', 'b'].map((name) => processOf(exchange.join(name)));
      if (first === undefined || second === undefined) throw new Error('There are two.');
      breakDown(first, 'bad');
      now += 5_000;
      second.enter('bad').end('success');
      expect(first.view()[0]?.state).toBe('ramping');
      expect(entered(first, 'bad').entries).toHaveLength(1);
    });

    it.each([null, 7, {}, { hello: 'yes', uses: [], breakers: [] }, { hello: false, uses: [['x', -1]], breakers: [] }])(
      'take no notice of what is no news: %j',
      (news) => {
        const exchange = new PeersInMemory();
        const dependencies = processOf(exchange.join('a'));
        exchange.join('b').tell(news);
        expect(dependencies.view()).toEqual([]);
      },
    );
  });
});

/** What each would tell a second later. */
function tellAll(all: readonly Dependencies[]): void {
  for (const dependencies of all) dependencies.tell();
}
