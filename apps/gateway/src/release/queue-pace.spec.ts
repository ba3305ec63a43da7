import { describe, expect, it } from '@jest/globals';
import { Paces } from './queue-pace.js';

/** A look each second, of four, while nothing ends. */
const QUIET = Array.from({ length: 5 }, (_, index) => [index * 1_000, 0] as const);

describe('the window of a tenant in a queue', () => {
  function windowAfter(samples: readonly (readonly [at: number, ended: number])[], places: number, idle = 0): number {
    const paces = new Paces();
    for (const [at, ended] of samples) paces.learn([{ queue: 'media', ended, places, idle }], at);
    return paces.windowOf('media');
  }

  it('is what the queue ends in two seconds', () => {
    const halves = Array.from({ length: 20 }, (_, index) => [index * 500, index * 300] as const);
    expect(windowAfter(halves, 10)).toBe(1_200);
  });

  it('is what the queue would end in two seconds, as soon as a burst has begun', () => {
    expect(windowAfter([...QUIET, [4_250, 510], [4_500, 1_020], [4_750, 1_530]], 10)).toBe(4_000);
  });

  it('is four times what has ended at most, if it was reported late and together', () => {
    expect(windowAfter([...QUIET, [4_250, 900]], 10)).toBe(3_200);
  });

  it('does not take long runs that end together for a pace', () => {
    expect(windowAfter([[0, 0], [250, 10]], 10)).toBe(20); // prettier-ignore
    const paces = new Paces();
    paces.learn([{ queue: 'media', ended: 0, places: 100, idle: 0 }], 0);
    paces.learn([{ queue: 'media', ended: 100, places: 0, idle: 0 }], 250); // the process of these runs has ended
    expect(paces.windowOf('media')).toBe(100);
  });

  it('is at least twice what the workers take at once', () => {
    expect(windowAfter([[0, 0]], 10)).toBe(20);
    expect(windowAfter([[0, 500], [500, 503]], 10)).toBe(20); // prettier-ignore
  });

  it('is small again soon after the queue has become slow', () => {
    const samples = [[0, 0], [500, 5_000], [1_000, 5_001], [1_500, 5_002], [2_000, 5_003], [2_500, 5_004]] as const; // prettier-ignore
    expect(windowAfter(samples, 1)).toBe(4);
  });

  it('grows while workers are idle although jobs are held, and is as it was when they are not', () => {
    const idle = [[0, 0], [500, 0], [2_000, 0], [2_500, 0], [4_000, 0]] as const; // prettier-ignore
    expect(windowAfter(idle, 10, 3)).toBe(20 + 2 * 3);
    const forLong = Array.from({ length: 100 }, (_, index) => [index * 2_000, 0] as const);
    expect(windowAfter(forLong, 10, 10)).toBe(80);
    const paces = new Paces();
    for (const [at] of idle) paces.learn([{ queue: 'media', ended: 0, places: 10, idle: 3 }], at);
    paces.learn([{ queue: 'media', ended: 0, places: 10, idle: 0 }], 4_500);
    expect(paces.windowOf('media')).toBe(20);
  });

  it('is a constant while no worker is known', () => {
    expect(windowAfter([[0, 0]], 0)).toBe(10);
    expect(new Paces().windowOf('unheard of')).toBe(10);
  });
});
