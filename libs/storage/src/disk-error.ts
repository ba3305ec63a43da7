import { StorageFullError, StorageUnavailableError } from './storage-error.js';

const SENTENCES: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full; free space, or point STORAGE_URL at a larger one',
  EDQUOT: 'the disk quota is used up; free space or raise the quota',
  EACCES: 'permission is missing; let the user of this process read and write the data folder',
  EPERM: 'permission is missing; let the user of this process read and write the data folder',
  EROFS: 'the file system is mounted read-only; mount it for writing',
  EMFILE: 'this process has too many files open; raise its limit of open files',
  ENFILE: 'the machine has too many files open; raise its limit of open files',
  EIO: 'the disk reported a fault; look into the log of the machine',
};

/** Codes that say that there is no room. */
const FULL: readonly string[] = ['ENOSPC', 'EDQUOT'];

/** The code of an error of the file system; undefined for any other error. */
export function codeOf(error: unknown): string | undefined {
  const code: unknown = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : undefined;
}

/** Runs a step on the disk; its errors come out as `StorageUnavailableError` with a sentence for the operator. */
export async function onDisk<T>(step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    throw error instanceof StorageUnavailableError ? error : diskFailure(error);
  }
}

/** Like `onDisk`, but undefined when what the step names does not exist, or is no plain file in a plain folder. */
export async function ifThere<T>(step: () => Promise<T>): Promise<T | undefined> {
  try {
    return await step();
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'ELOOP', 'EISDIR', 'ENXIO'].includes(codeOf(error) ?? '')) return undefined;
    throw diskFailure(error);
  }
}

/** What a failure of the file system means to callers. */
function diskFailure(error: unknown): StorageUnavailableError {
  const code = codeOf(error);
  const sentence = (code === undefined ? undefined : SENTENCES[code]) ?? 'the file system refused';
  const message = `The data folder cannot be used (${code ?? 'unknown error'}): ${sentence}.`;
  return new (FULL.includes(code ?? '') ? StorageFullError : StorageUnavailableError)(message, { cause: error });
}
