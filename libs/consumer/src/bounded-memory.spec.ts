import { describe, expect, it } from '@jest/globals';
import { BoundedMemory } from './bounded-memory.js';

describe('a bounded memory', () => {
  it('forgets what was put in first, and counts a second put as new', () => {
    const memory = new BoundedMemory<string, number>(2);
    memory.put('a', 1);
    memory.put('b', 2);
    memory.put('a', 3);
    memory.put('c', 4);
    expect([memory.get('a'), memory.get('b'), memory.get('c')]).toEqual([3, undefined, 4]);
  });
});
