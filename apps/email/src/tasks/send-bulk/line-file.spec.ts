import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { type JobFiles } from '#libs/consumer';
import { LineFile } from './line-file.js';

const FULL = new Error('The disk is full.');
const MORE_THAN_FITS = 'x'.repeat(64 * 1_024);

describe('a file of lines that cannot be stored', () => {
  const filesThat = (save: JobFiles['save']): { files: JobFiles } => ({
    files: { save, open: () => Promise.reject(new Error('Nothing is read here.')) },
  });

  it('says so to who waits for room, to who writes after that, and at its end', async () => {
    const job = filesThat(async () => {
      await setImmediate();
      throw FULL;
    });
    const file = new LineFile(job, 'share', 'share.ndjson');
    await expect(file.write(MORE_THAN_FITS)).rejects.toBe(FULL);
    await expect(file.write('and more')).rejects.toBe(FULL);
    await expect(file.close()).rejects.toBe(FULL);
  });
});
