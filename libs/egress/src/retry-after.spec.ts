import { describe, expect, it } from '@jest/globals';
import { retryAfterMs } from './retry-after.js';

const NOW = Date.parse('2026-11-25T12:00:00Z');

describe('retryAfterMs', () => {
  it.each([
    ['2', 2_000],
    [' 120 ', 120_000],
    ['0', 1_000],
    ['999999999', 86_400_000],
    ['Wed, 25 Nov 2026 12:01:30 GMT', 90_000],
    ['Wednesday, 25-Nov-26 12:00:30 GMT', 30_000],
    ['Wed, 25 Nov 2099 12:00:00 GMT', 86_400_000],
  ])('reads %j', (value, ms) => {
    expect(retryAfterMs(value, NOW)).toBe(ms);
  });

  it.each([
    undefined,
    '',
    'soon',
    '-1',
    '1.5',
    '1e9',
    'Wed, 25 Nov 2026 11:59:59 GMT',
    '2026-11-25T12:01:00Z',
    '9'.repeat(20),
  ])('takes nothing from %j', (value) => {
    expect(retryAfterMs(value, NOW)).toBeUndefined();
  });
});
