import { describe, expect, it } from '@jest/globals';
import { afterLadder, LADDER_STEP_MS, ladderKey, ladderTopology, LONGEST_LADDER_MS } from './ladder.js';

const { bindings, queues } = ladderTopology('t');

/** Whether a topic binding takes a key, as AMQP 0-9-1 has it. */
function matches(pattern: string, key: string): boolean {
  const expression = pattern.replaceAll('.', '\\.').replaceAll('*', '[^.]+').replace('\\.#', '(?:\\..*)?');
  return new RegExp(`^${expression}$`).test(key);
}

/** Follows a key through the ladder; how long it waits in all, and where it comes out. */
function walk(key: string): { waitMs: number; exchange: string } {
  let exchange = 't.delay';
  let waitMs = 0;
  while (bindings.some(({ from }) => from === exchange)) {
    const taken = bindings.filter(({ from, pattern }) => from === exchange && matches(pattern, key));
    expect(taken).toHaveLength(1);
    const to = taken[0]?.to;
    if (to !== undefined && 'queue' in to) {
      const queue = queues.find(({ name }) => name === to.queue);
      waitMs += Number(queue?.arguments['x-message-ttl']);
      exchange = String(queue?.arguments['x-dead-letter-exchange']);
    } else exchange = to?.exchange ?? '';
  }
  return { waitMs, exchange };
}

describe('the delay ladder', () => {
  it.each([0, 1, 50, 51, 999, 1_000, 30_000, 123_456, 1_200_000, LONGEST_LADDER_MS])(
    'makes a message wait %d ms, rounded up to a step, and lets it out at its end',
    (waitMs) => {
      const { waitMs: waited, exchange } = walk(ladderKey(waitMs, 'media.classic-1.media.process-image'));
      expect(waited).toBe(Math.ceil(waitMs / LADDER_STEP_MS) * LADDER_STEP_MS);
      expect(exchange).toBe('t.delay.end');
    },
  );

  it('keeps the key behind its bits, where a queue binds it', () => {
    const key = ladderKey(12_345, 'media.classic-1.media.process-image');
    expect(matches(afterLadder('media.classic-1.#'), key)).toBe(true);
    expect(matches(afterLadder('email.classic-1.#'), key)).toBe(false);
  });

  it.each([-1, LONGEST_LADDER_MS + 1, NaN])('refuses a wait of %d ms', (waitMs) => {
    expect(() => ladderKey(waitMs, 'a.b')).toThrow(/Expected a wait of 0 to 3276750 ms/);
  });
});
