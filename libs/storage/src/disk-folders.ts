import { lstat, mkdir, open, readdir, realpath, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf, ifThere } from './disk-error.js';
import { StorageUnavailableError } from './storage-error.js';

/** Longer than any put may rest between two chunks; other processes may be writing into the same folder. */
const STALE_AFTER_MS = 24 * 3_600_000;

/**
 * Makes the folders of a path below `root` that are missing, and makes them last. A link on the way is refused: it would lead the data
 * somewhere else.
 */
export async function ensureFolder(root: string, ...names: readonly string[]): Promise<string> {
  const folder = join(root, ...names);
  const name = names.at(-1);
  if (name === undefined || (await isPlainFolder(folder))) return folder;
  const parent = await ensureFolder(root, ...names.slice(0, -1));
  if (await made(folder)) {
    await syncFolder(parent);
  } else if (!(await lstat(folder)).isDirectory()) {
    throw new StorageUnavailableError(
      `Expected a folder named ${name} in the data folder, got a link or a file; move it out of the way.`,
    );
  }
  return folder;
}

/** Makes a rename or a new name in a folder survive a power cut. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** True when no part of an absolute path is a link. Fails like `realpath` when the path does not exist. */
export async function isPlain(path: string): Promise<boolean> {
  return (await realpath(path)) === path;
}

async function isPlainFolder(path: string): Promise<boolean> {
  return (await ifThere(async () => (await isPlain(path)) && (await lstat(path)).isDirectory())) ?? false;
}

/** Removes what puts of processes that were killed have left, judged by the time of the last write. */
export async function sweepStale(folder: string, now: number): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) continue;
    const path = join(folder, entry.name);
    if (await isStale(path, now)) await rm(path, { force: true });
  }
}

async function isStale(path: string, now: number): Promise<boolean> {
  try {
    return (await lstat(path)).mtimeMs < now - STALE_AFTER_MS;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw error;
  }
}

async function made(folder: string): Promise<boolean> {
  try {
    await mkdir(folder, { mode: 0o700 });
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}
