import { describe, expect, it } from '@jest/globals';
import { codeOf, ifThere, onDisk } from './disk-error.js';
import { StorageUnavailableError } from './storage-error.js';

function failing(code: string): () => Promise<never> {
  return () => Promise.reject(Object.assign(new Error(`${code}: open '/data/x'`), { code }));
}

describe('A failure of the file system', () => {
  it.each([
    ['ENOSPC', /disk is full/],
    ['EDQUOT', /quota/],
    ['EACCES', /permission is missing/],
    ['EPERM', /permission is missing/],
    ['EROFS', /read-only/],
    ['EMFILE', /too many files open/],
    ['EIO', /fault/],
    ['EWHATEVER', /the file system refused/],
  ])('with code %s says what to mend and does not show paths', async (code, sentence) => {
    const error = await onDisk(failing(code)).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(StorageUnavailableError);
    expect(error).toMatchObject({ cause: { code } });
    expect(String(error)).toMatch(sentence);
    expect(String(error)).toContain(`(${code})`);
    expect(String(error)).not.toContain('/data');
  });

  it('is told once, however many steps it passes', async () => {
    const error = await onDisk(() => onDisk(failing('ENOSPC'))).catch((thrown: unknown) => thrown);
    expect(codeOf((error as Error).cause)).toBe('ENOSPC');
  });

  it('is nothing but an absence when what was asked for is not there', async () => {
    for (const code of ['ENOENT', 'ENOTDIR', 'ELOOP']) {
      await expect(ifThere<unknown>(failing(code))).resolves.toBeUndefined();
    }
    await expect(ifThere(failing('EACCES'))).rejects.toBeInstanceOf(StorageUnavailableError);
  });
});
