import { describe, expect, it } from '@jest/globals';
import { Rounds } from './rounds.js';

/** Rounds that end when they are told to. */
function heldRounds(): { rounds: Rounds; begun: () => number; end: () => Promise<void> } {
  const ends: (() => void)[] = [];
  let count = 0;
  const work = (): Promise<void> => {
    count += 1;
    return new Promise((resolve) => ends.push(resolve));
  };
  const end = async (): Promise<void> => {
    ends.shift()?.();
    await new Promise(setImmediate);
  };
  return { rounds: new Rounds(work), begun: () => count, end };
}

describe('Rounds', () => {
  it('begin with the start, one at a time, and one more however often somebody asks meanwhile', async () => {
    const { rounds, begun, end } = heldRounds();
    rounds.wake();
    expect(begun()).toBe(0);
    rounds.start();
    for (let asked = 0; asked < 3; asked += 1) rounds.wake();
    expect(begun()).toBe(1);
    await end();
    expect(begun()).toBe(2);
    await end();
    expect(begun()).toBe(2);
    rounds.wake();
    expect(begun()).toBe(3);
    await Promise.all([end(), rounds.stop()]);
  });

  it('stop when the one under way is over, whoever has asked for another', async () => {
    const { rounds, begun, end } = heldRounds();
    rounds.start();
    rounds.wake();
    let stopped = false;
    const stopping = rounds.stop().then(() => (stopped = true));
    await new Promise(setImmediate);
    expect([rounds.running, stopped]).toEqual([false, false]);
    await end();
    await stopping;
    rounds.wake();
    expect(begun()).toBe(1);
  });
});
