import { describe, expect, it } from '@jest/globals';
import { reconcilerTimes } from './times.js';

describe('reconcilerTimes', () => {
  it('leaves a marker time to become known, however long jobs are watched', () => {
    for (const afterMs of [1_000, 60_000, 600_000, 86_400_000]) {
      const { pulseMs, markerPatienceMs } = reconcilerTimes(afterMs);
      expect(2 * pulseMs).toBeLessThan(markerPatienceMs / 2);
    }
  });
});
