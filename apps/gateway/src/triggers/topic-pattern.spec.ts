import { describe, expect, it } from '@jest/globals';
import { fitsTopic, isTopicPattern } from './topic-pattern.js';

/** The broker's rules as they are told: the first word of the pattern takes what it may, the rest what is left. */
function byTheRules([word, ...rest]: readonly string[], key: readonly string[]): boolean {
  if (word === undefined) return key.length === 0;
  if (word === '#') return key.some((_, taken) => byTheRules(rest, key.slice(taken))) || byTheRules(rest, []);
  return key.length > 0 && (word === '*' || word === key[0]) && byTheRules(rest, key.slice(1));
}

/** Every list of up to `most` of these words. */
function listsOf(words: readonly string[], most: number): string[][] {
  if (most === 0) return [[]];
  const shorter = listsOf(words, most - 1);
  return [[], ...shorter.flatMap((list) => words.map((word) => [word, ...list]))];
}

describe('a topic pattern', () => {
  it.each([
    ['order.placed', 'order.placed', true],
    ['order.placed', 'order.placed.again', false],
    ['order.*', 'order.placed', true],
    ['order.*', 'order', false],
    ['order.*', 'order.placed.again', false],
    ['order.#', 'order', true],
    ['order.#', 'order.placed.again', true],
    ['order.#', 'orders.placed', false],
    ['#', 'anything.at.all', true],
    ['#', '', true],
    ['*', '', false],
    ['#.failed', 'failed', true],
    ['#.failed', 'job.payment.failed', true],
    ['*.#.x', 'x', false],
    ['*.#.x', 'a.x', true],
    ['a.#.b.#.c', 'a.b.b.c.b.c', true],
    ['a.#.b.#.c', 'a.c.b', false],
  ])('%s and the key %s: %s', (pattern, key, fits) => {
    expect(fitsTopic(pattern, key)).toBe(fits);
  });

  it('fits what the rules say, for every short pattern and key', () => {
    const patterns = listsOf(['a', 'b', '*', '#'], 4);
    const keys = listsOf(['a', 'b'], 5);
    const wrong = patterns.flatMap((pattern) =>
      keys.filter((key) => fitsTopic(pattern.join('.'), key.join('.')) !== byTheRules(pattern, key)),
    );
    expect(patterns.length * keys.length).toBeGreaterThan(10_000);
    expect(wrong).toEqual([]);
  });

  it('takes no more steps than its words times those of the key, however many # there are', () => {
    const pattern = `${'#.a.'.repeat(50)}b`;
    expect(fitsTopic(pattern, Array.from({ length: 100 }, () => 'a').join('.'))).toBe(false);
  });

  it.each(['order.*', '#', '*', 'Order-1.placed_2', 'a.#.b'])('is %s', (text) => {
    expect(isTopicPattern(text)).toBe(true);
  });

  it.each(['', '.', 'a.', 'a..b', 'order*', 'a.#b', 'a b', 'a/b', 'ä', 'a'.repeat(201)])('is not "%s"', (text) => {
    expect(isTopicPattern(text)).toBe(false);
  });
});
