import { describe, expect, it } from '@jest/globals';
import { exponential, fixed, retryDelayMs } from './retry-policy.js';

describe('retryDelayMs', () => {
  it('doubles an exponential wait up to its longest', () => {
    const policy = exponential('1s', { maxDelay: '10s', jitter: 0 });
    expect([1, 2, 3, 4, 5, 60, 2_000].map((attempt) => retryDelayMs(policy, attempt, 0.7))).toEqual([
      1_000, 2_000, 4_000, 8_000, 10_000, 10_000, 10_000,
    ]);
  });

  it('keeps a fixed wait', () => {
    const policy = fixed('3s', { jitter: 0 });
    expect([1, 2, 9].map((attempt) => retryDelayMs(policy, attempt, 0.7))).toEqual([3_000, 3_000, 3_000]);
  });

  it('takes away at most the random share', () => {
    const policy = fixed('10s', { jitter: 0.2 });
    expect(retryDelayMs(policy, 1, 0)).toBe(10_000);
    expect(retryDelayMs(policy, 1, 0.5)).toBe(9_000);
    expect(retryDelayMs(policy, 1, 0.999_999)).toBe(8_000);
  });
});
