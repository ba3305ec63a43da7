import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, jest } from '@jest/globals';
import { isPicture, pictureFiles } from './picture-files.js';

describe('The pictures of a moderation trial', () => {
  it('are told by their first bytes, at any depth, in the order of their paths', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'picture-files-'));
    try {
      await mkdir(join(folder, 'a', 'within'), { recursive: true });
      await writeFile(join(folder, 'b'), 'GIF89a');
      await writeFile(join(folder, 'a', 'within', 'photo.txt'), Buffer.from('ffd8ff', 'hex'));
      await writeFile(join(folder, 'a', 'page.jpg'), '<html>');
      await writeFile(join(folder, 'empty.png'), '');
      expect(await pictureFiles(folder, () => undefined)).toEqual([
        join(folder, 'a', 'within', 'photo.txt'),
        join(folder, 'b'),
      ]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('are not those that cannot be read, of which is told why', async () => {
    const leftOut = jest.fn();
    expect(await isPicture('/no/such/picture.png', leftOut)).toBe(false);
    expect(leftOut).toHaveBeenCalledWith('/no/such/picture.png', expect.objectContaining({ code: 'ENOENT' }));
  });
});
