import { beforeEach, describe, expect, it } from '@jest/globals';
import { OtherVersionWaits } from './other-version.js';

const MINUTE_MS = 60_000;
const OTHERWISE = { code: 'invalid_payload', message: 'It is not valid.' };

describe('a wait for another version', () => {
  let now: number;
  let waits: OtherVersionWaits;
  const kindOf = (jobId: string, attempt = 1): string =>
    waits.outcomeOf({ jobId, attempt }, 'other_version', OTHERWISE).kind;
  const putOffUntil = (end: number): string[] => {
    const kinds = new Set<string>();
    for (; now < end; now += MINUTE_MS) kinds.add(kindOf('a'));
    return [...kinds];
  };

  beforeEach(() => {
    now = 0;
    waits = new OtherVersionWaits(() => now);
  });

  it('lasts ten minutes from when the attempt was first seen', () => {
    expect(putOffUntil(10 * MINUTE_MS)).toEqual(['snooze']);
    expect(waits.outcomeOf({ jobId: 'a', attempt: 1 }, 'other_version', OTHERWISE)).toEqual({
      kind: 'reject',
      failure: OTHERWISE,
    });
    expect(kindOf('b')).toBe('snooze');
  });

  it('begins anew with the next attempt', () => {
    putOffUntil(10 * MINUTE_MS);
    expect([kindOf('a', 1), kindOf('a', 2)]).toEqual(['reject', 'snooze']);
  });

  it('begins anew for an attempt that was elsewhere for ten minutes', () => {
    putOffUntil(5 * MINUTE_MS);
    now += 10 * MINUTE_MS;
    expect(putOffUntil(25 * MINUTE_MS)).toEqual(['snooze']);
    expect(kindOf('a')).toBe('reject');
  });
});
