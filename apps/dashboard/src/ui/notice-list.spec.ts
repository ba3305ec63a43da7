import { describe, expect, it } from '@jest/globals';
import { newestUndo, type Notice, withNotice } from './notice-list';

describe('a list of notices', () => {
  const numbersOf = (kinds: readonly Notice['kind'][]): readonly number[] =>
    kinds
      .map((kind, number): Notice => ({ number, kind, text: kind }))
      .reduce<readonly Notice[]>(withNotice, [])
      .map(({ number }) => number);

  it('shows the last four of what is done', () => {
    expect(numbersOf(['done', 'done', 'done', 'done', 'done', 'done'])).toEqual([2, 3, 4, 5]);
  });

  it('keeps what can still be undone or stopped, and what failed, however much is done after', () => {
    expect(numbersOf(['ongoing', 'failed', 'done', 'done', 'done', 'done'])).toEqual([0, 1, 4, 5]);
    expect(numbersOf(['ongoing', 'ongoing', 'failed', 'failed', 'ongoing'])).toEqual([0, 1, 2, 3, 4]);
  });

  it('undoes first what was begun last, and nothing that can only be stopped', () => {
    const ongoing = (number: number, isUndo: boolean): Notice => ({
      number,
      kind: 'ongoing',
      text: `${number}`,
      button: { name: `button of ${number}`, press: () => undefined, isUndo },
    });
    const shown: readonly Notice[] = [
      ongoing(1, true),
      ongoing(2, true),
      ongoing(3, false),
      { number: 4, kind: 'done', text: '4' },
    ];
    expect(newestUndo(shown)?.name).toBe('button of 2');
    expect(newestUndo(shown.filter(({ number }) => number !== 2))?.name).toBe('button of 1');
    expect(newestUndo(shown.slice(2))).toBeUndefined();
  });
});
