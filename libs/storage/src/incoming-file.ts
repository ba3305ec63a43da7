import { constants } from 'node:fs';
import { type FileHandle, link, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { uuidv7 } from 'uuidv7';
import { codeOf } from './disk-error.js';
import { syncFolder } from './disk-folders.js';

const { O_CREAT, O_EXCL, O_NOFOLLOW, O_WRONLY } = constants;

/** A file that is being written and that no reader sees until it is published. */
export class IncomingFile {
  readonly #path: string;
  readonly #handle: FileHandle;

  private constructor(path: string, handle: FileHandle) {
    this.#path = path;
    this.#handle = handle;
  }

  /** @param folder on the file system of the places where files are published */
  static async create(folder: string): Promise<IncomingFile> {
    const path = join(folder, `${uuidv7()}.part`);
    return new IncomingFile(path, await open(path, O_CREAT | O_EXCL | O_NOFOLLOW | O_WRONLY, 0o600));
  }

  async append(bytes: Buffer): Promise<void> {
    await this.#handle.writeFile(bytes);
  }

  /** Puts what was appended on the disk itself; nothing can be appended any more. */
  async finish(): Promise<void> {
    await this.#handle.sync();
    await this.#handle.close();
  }

  /** Shows the finished file under `path`, in place of what was there. */
  async publish(path: string): Promise<void> {
    await rename(this.#path, path);
    await keepName(path);
  }

  /** Shows the finished file under `path`, unless there is one; false then. */
  async publishNew(path: string): Promise<boolean> {
    try {
      await link(this.#path, path);
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error;
      await this.discard();
      return false;
    }
    await keepName(path);
    await rm(this.#path, { force: true });
    return true;
  }

  /**
   * Leaves nothing behind; for a file that could not be published. It never fails, so that the error which led here is
   * the one that is told; what cannot be removed is left to the sweep.
   */
  async discard(): Promise<void> {
    await this.#handle.close().catch(() => undefined);
    await rm(this.#path, { force: true }).catch(() => undefined);
  }
}

async function keepName(path: string): Promise<void> {
  try {
    await syncFolder(dirname(path));
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error; // shown, and removed again together with its folder
  }
}
