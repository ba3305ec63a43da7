import { describe, expect, it } from '@jest/globals';
import { atRate } from './open-loop.js';

describe('atRate', () => {
  it('makes a call when it is due although the one before has no answer yet, and waits for all', async () => {
    let answerFirst = (): void => undefined;
    const dues: number[] = [];
    await atRate({ perSecond: 500, count: 3 }, (due, index) => {
      dues.push(due);
      if (index === 2) answerFirst();
      return index === 0 ? new Promise<void>((resolve) => void (answerFirst = resolve)) : Promise.resolve();
    });
    expect(dues.slice(1).map((due) => due - (dues[0] ?? 0))).toEqual([expect.closeTo(2, 2), expect.closeTo(4, 2)]);
  });

  it('makes no further calls when one has failed, and says so', async () => {
    let made = 0;
    const failing = atRate({ perSecond: 1_000, count: 1_000 }, () => {
      made += 1;
      return Promise.reject(new Error('refused'));
    });
    await expect(failing).rejects.toThrow('1 of 1000 calls failed: refused');
    expect(made).toBe(1);
  });
});
