import { execFile } from 'node:child_process';
import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { jest } from '@jest/globals';

const run = promisify(execFile);

/** A folder on a disk that has room for 1 MiB. */
export interface SmallDisk {
  readonly folder: string;
  readonly discard: () => Promise<void>;
}

/**
 * A disk of its own in memory where this user may mount one; elsewhere an ordinary folder, with files that refuse what
 * would not fit on such a disk.
 */
export async function smallDisk(): Promise<SmallDisk> {
  const folder = await mkdtemp(join(tmpdir(), 'leveret-full-'));
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    await run('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder]);
  } catch {
    const restore = await refuseLargeWrites(folder);
    return { folder, discard: () => remove().finally(restore) };
  }
  return { folder, discard: () => run('umount', ['-l', folder]).then(remove) };
}

async function refuseLargeWrites(folder: string): Promise<() => void> {
  const handle = await open(folder);
  const prototype = Object.getPrototypeOf(handle) as FileHandle;
  await handle.close();
  const written = new WeakMap<FileHandle, number>();
  const write = Reflect.get(prototype, 'writeFile') as (
    this: FileHandle,
    data: unknown,
    options: unknown,
  ) => Promise<void>;
  const spy = jest.spyOn(prototype, 'writeFile').mockImplementation(async function (this: FileHandle, data, options) {
    const size = (written.get(this) ?? 0) + Buffer.byteLength(data);
    if (size > 1024 * 1024) {
      throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    }
    written.set(this, size);
    await write.call(this, data, options);
  });
  return () => spy.mockRestore();
}
