import { constants } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, readFile, realpath, rmdir, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { type FileReference } from '#libs/contracts';
import { uuidv7 } from 'uuidv7';
import { assertInside } from './byte-range.js';
import { codeOf, ifThere, onDisk } from './disk-error.js';
import { ensureFolder, isPlain, sweepStale } from './disk-folders.js';
import { encodeTrailer, readTrailer } from './disk-record.js';
import { ownName } from './disk-identity.js';
import { safeContentType, safeFilename } from './file-description.js';
import { IncomingFile } from './incoming-file.js';
import { guardSource, Meter } from './meter.js';
import { type ByteRange, type FileDescription, type Storage, type StoredContent } from './storage.js';
import { FileMissingError, StorageUnavailableError } from './storage-error.js';
import { type KeyParts, parseKey, requireKey, requirePrefix } from './storage-key.js';

const { O_NOFOLLOW, O_NONBLOCK, O_RDONLY } = constants;
/** A folder may be removed between making it and moving a file into it, as often as other processes remove files. */
const PUBLISH_TRIES = 5;

/**
 * Files in a folder of the local disk, which several processes may share:
 * `uploads/<tenant>/<id>`, `outputs/<tenant>/<job id>/<run>-<name>`, and `incoming/` for what is still being written.
 * Uploads and outputs lie apart because a job's id may equal an upload's.
 */
export class DiskStorage implements Storage {
  readonly #root: string;
  readonly #incoming: string;

  private constructor(root: string, incoming: string) {
    this.#root = root;
    this.#incoming = incoming;
  }

  /** Makes the folder when it is missing and removes what puts that were cut off have left in it. */
  static async open(folder: string): Promise<DiskStorage> {
    return onDisk(async () => {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const root = await realpath(folder);
      const incoming = await ensureFolder(root, 'incoming');
      await sweepStale(incoming, Date.now());
      return new DiskStorage(root, incoming);
    });
  }

  async put(key: string, content: Readable, about: FileDescription): Promise<FileReference> {
    const { reference } = await this.#store(key, content, about, async (incoming, path) => {
      await incoming.publish(path);
      return true;
    });
    return reference;
  }

  async create(key: string, content: Buffer, about: Omit<FileDescription, 'maxBytes'>): Promise<boolean> {
    const { shown } = await this.#store(key, Readable.from([content]), about, (incoming, path) =>
      incoming.publishNew(path),
    );
    return shown;
  }

  async stat(key: string): Promise<FileReference | undefined> {
    const found = await this.#find(key);
    if (found === undefined) return undefined;
    await onDisk(() => found.file.close());
    return found.reference;
  }

  async read(key: string, range?: ByteRange): Promise<StoredContent> {
    const found = await this.#find(key);
    if (found === undefined) throw new FileMissingError(key);
    const { file, reference } = found;
    try {
      if (range !== undefined) assertInside(range, reference.size);
      const { start, end } = range ?? { start: 0, end: reference.size - 1 };
      if (end >= start) return { reference, stream: file.createReadStream({ start, end }) };
    } catch (error) {
      await file.close();
      throw error;
    }
    await onDisk(() => file.close());
    return { reference, stream: Readable.from([]) };
  }

  async remove(key: string): Promise<boolean> {
    const parts = parseKey(key);
    if (parts === undefined) return false;
    const path = this.#pathOf(parts);
    const removed = await removePlain(path);
    if (removed && parts.output !== undefined) await removeIfEmpty(dirname(path));
    return removed;
  }

  async removeAll(prefix: string): Promise<number> {
    const { tenant, id } = requirePrefix(prefix);
    const folder = join(this.#root, 'outputs', tenant, id);
    const names = (await ifThere(async () => ((await isPlain(folder)) ? readdir(folder) : []))) ?? [];
    let removed = 0;
    for (const name of names) if (await removePlain(join(folder, name))) removed += 1;
    if (names.length > 0) await removeIfEmpty(folder);
    return removed;
  }

  async check(): Promise<void> {
    await onDisk(async () => {
      const path = join(this.#incoming, `${uuidv7()}.check`);
      const incoming = await IncomingFile.create(this.#incoming);
      try {
        await incoming.append(Buffer.from(path));
        await incoming.finish();
        await incoming.publish(path);
      } catch (error) {
        await incoming.discard();
        throw error;
      }
      const found = await readFile(path, 'utf8');
      await unlink(path);
      if (found !== path) throw new StorageUnavailableError('Expected the data folder to give back what was written.');
    });
  }

  async identity(): Promise<string> {
    return onDisk(() => ownName(this.#root));
  }

  async close(): Promise<void> {
    // Descriptors belong to the streams that were given out.
  }

  async #store(
    key: string,
    content: Readable,
    about: FileDescription,
    show: Show,
  ): Promise<{ reference: FileReference; shown: boolean }> {
    const parts = requireKey(key);
    guardSource(content);
    const incoming = await onDisk(() => IncomingFile.create(this.#incoming));
    try {
      const meter = new Meter(about.maxBytes);
      for await (const bytes of meter.measure(content)) await onDisk(() => incoming.append(bytes));
      const filename = safeFilename(about.filename);
      const reference = { key, filename, contentType: safeContentType(about.contentType), ...meter.digest() };
      const shown = await onDisk(async () => {
        await incoming.append(encodeTrailer(reference, new Date()));
        await incoming.finish();
        return this.#publish(parts, (path) => show(incoming, path));
      });
      return { reference, shown };
    } catch (error) {
      await incoming.discard();
      throw error;
    }
  }

  async #publish(parts: KeyParts, show: (path: string) => Promise<boolean>): Promise<boolean> {
    const folders = foldersOf(parts);
    for (let tries = 1; ; tries += 1) {
      try {
        const folder = await ensureFolder(this.#root, ...folders);
        return await show(join(folder, parts.output ?? parts.id));
      } catch (error) {
        if (codeOf(error) !== 'ENOENT' || tries === PUBLISH_TRIES) throw error;
      }
    }
  }

  async #find(key: string): Promise<{ file: FileHandle; reference: FileReference } | undefined> {
    const parts = parseKey(key);
    if (parts === undefined) return undefined;
    const path = this.#pathOf(parts);
    const file = await ifThere(async () => ((await isPlain(path)) ? open(path, READ_PLAIN) : undefined));
    if (file === undefined) return undefined;
    let reference: FileReference | undefined;
    try {
      reference = await onDisk(() => readTrailer(file, key));
    } finally {
      if (reference === undefined) await file.close();
    }
    return reference && { file, reference };
  }

  #pathOf(parts: KeyParts): string {
    return join(this.#root, ...foldersOf(parts), parts.output ?? parts.id);
  }
}

/** Shows a finished file under a path; false when another one stays there. */
type Show = (incoming: IncomingFile, path: string) => Promise<boolean>;

/** Not through a link, and without waiting for the writer of a pipe that somebody may have put there. */
const READ_PLAIN = O_RDONLY | O_NOFOLLOW | O_NONBLOCK;

function foldersOf({ tenant, id, output }: KeyParts): readonly string[] {
  return output === undefined ? ['uploads', tenant] : ['outputs', tenant, id];
}

async function removePlain(path: string): Promise<boolean> {
  const removed = await ifThere(async () => {
    if (!(await isPlain(path))) return false;
    await unlink(path);
    return true;
  });
  return removed ?? false;
}

async function removeIfEmpty(folder: string): Promise<void> {
  await onDisk(async () => {
    try {
      await rmdir(folder);
    } catch (error) {
      if (!['ENOTEMPTY', 'EEXIST', 'ENOENT'].includes(codeOf(error) ?? '')) throw error;
    }
  });
}
