import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import {
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rename,
  rm,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { smallDisk } from '../spec/full-disk.js';
import { JOB, TENANT } from '../spec/keys.js';
import { breakingSource, chunked, openSource, patterned } from '../spec/sources.js';
import { describeStorage } from '../spec/storage-conformance.js';
import { DiskStorage } from './disk-storage.js';
import { FileMissingError, StorageFullError, StorageUnavailableError } from './storage-error.js';
import { outputKey, uploadKey } from './storage-key.js';

const PLAIN = { filename: 'a.txt', contentType: 'text/plain' };

async function emptyFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'leveret-storage-'));
}

describeStorage('the local disk', async () => {
  const root = await emptyFolder();
  return {
    storage: await DiskStorage.open(root),
    leftovers: () => readdir(join(root, 'incoming')),
    dispose: () => rm(root, { recursive: true }),
  };
});

describe('the local disk', () => {
  let root: string;
  let storage: DiskStorage;

  beforeEach(async () => {
    root = await emptyFolder();
    storage = await DiskStorage.open(root);
  });
  afterEach(() => rm(root, { recursive: true }));

  function pathOf(key: string): string {
    return join(root, key.split('/').length === 2 ? 'uploads' : 'outputs', key);
  }

  async function descriptorsBelow(folder: string): Promise<number> {
    const links = await Promise.all(
      (await readdir('/proc/self/fd')).map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => '')),
    );
    return links.filter((target) => target.startsWith(folder)).length;
  }

  it('knows its files after a restart from the disk alone', async () => {
    const key = uploadKey(TENANT);
    const reference = await storage.put(key, Readable.from(['kept']), PLAIN);
    const reopened = await DiskStorage.open(root);
    expect(await reopened.stat(key)).toEqual(reference);
    expect(await text((await reopened.read(key)).stream)).toBe('kept');
  });

  it('says that a disk is full, keeps nothing of what did not fit, and takes what does', async () => {
    const disk = await smallDisk();
    try {
      const full = await DiskStorage.open(disk.folder);
      const before = await full.put(uploadKey(TENANT), Readable.from(['kept']), PLAIN);
      const refused = uploadKey(TENANT);
      const trouble = await full.put(refused, chunked(patterned(2_000_000)), PLAIN).catch((error: unknown) => error);
      expect(trouble).toBeInstanceOf(StorageFullError);
      expect(trouble).toMatchObject({ code: 'storage_full', cause: { code: 'ENOSPC' } });
      expect(await readdir(join(disk.folder, 'incoming'))).toEqual([]);
      expect(await full.stat(refused)).toBeUndefined();
      expect(await text((await full.read(before.key)).stream)).toBe('kept');
      expect((await full.put(refused, Readable.from([patterned(500_000)]), PLAIN)).size).toBe(500_000);
    } finally {
      await disk.discard();
    }
  });

  it('keeps files to the user of the process', async () => {
    const key = uploadKey(TENANT);
    await storage.put(key, Readable.from(['x']), PLAIN);
    expect((await lstat(pathOf(key))).mode & 0o777).toBe(0o600);
    expect((await lstat(dirname(pathOf(key)))).mode & 0o777).toBe(0o700);
  });

  it('writes the time of storing beside the content', async () => {
    const key = uploadKey(TENANT);
    const before = Date.now();
    await storage.put(key, Readable.from(['x']), PLAIN);
    const trailer = JSON.parse((await readFile(pathOf(key), 'utf8')).slice(1)) as { createdAt: string };
    expect(Date.parse(trailer.createdAt)).toBeGreaterThanOrEqual(before);
    expect(Date.parse(trailer.createdAt)).toBeLessThanOrEqual(Date.now());
  });

  it('goes on reading a file that is removed or replaced meanwhile', async () => {
    const key = uploadKey(TENANT);
    const bytes = patterned(1_000_000);
    await storage.put(key, chunked(bytes), PLAIN);
    const { stream } = await storage.read(key);
    await storage.put(key, Readable.from(['new']), PLAIN);
    await storage.remove(key);
    expect((await buffer(stream)).equals(bytes)).toBe(true);
  });

  it.each([
    ['cut short', (whole: Buffer) => whole.subarray(0, -1)],
    ['grown', (whole: Buffer) => Buffer.concat([whole, Buffer.from(' ')])],
    ['without metadata', (whole: Buffer) => whole.subarray(0, 4)],
    ['empty', () => Buffer.alloc(0)],
    ['foreign', () => Buffer.alloc(5_000, 'x')],
  ])('does not show a file that is %s', async (_, damage) => {
    const key = uploadKey(TENANT);
    await storage.put(key, Readable.from(['    ']), PLAIN); // blanks before JSON are still JSON
    await writeFile(pathOf(key), damage(await readFile(pathOf(key))));
    expect(await storage.stat(key)).toBeUndefined();
    await expect(storage.read(key)).rejects.toBeInstanceOf(FileMissingError);
  });

  it("does not show a file under another file's name", async () => {
    const [key, other] = [uploadKey(TENANT), uploadKey(TENANT)];
    await storage.put(key, Readable.from(['x']), PLAIN);
    await rename(pathOf(key), pathOf(other));
    expect(await storage.stat(other)).toBeUndefined();
  });

  describe('when links and pipes lie in the data folder', () => {
    let outside: string;
    beforeEach(async () => {
      outside = await emptyFolder();
    });
    afterEach(() => rm(outside, { recursive: true }));

    it('does not read or remove through a link in place of a file', async () => {
      const key = uploadKey(TENANT);
      await storage.put(key, Readable.from(['secret']), PLAIN);
      await rename(pathOf(key), join(outside, 'target'));
      await symlink(join(outside, 'target'), pathOf(key));
      expect(await storage.stat(key)).toBeUndefined();
      await expect(storage.read(key)).rejects.toBeInstanceOf(FileMissingError);
      expect(await storage.remove(key)).toBe(false);
      expect(await readdir(outside)).toEqual(['target']);
    });

    it('replaces a link in place of a file and leaves its target alone', async () => {
      const key = uploadKey(TENANT);
      await storage.put(uploadKey(TENANT), Readable.from(['makes the folder']), PLAIN);
      await writeFile(join(outside, 'target'), 'untouched');
      await symlink(join(outside, 'target'), pathOf(key));
      await storage.put(key, Readable.from(['mine']), PLAIN);
      expect(await readFile(join(outside, 'target'), 'utf8')).toBe('untouched');
      expect(await text((await storage.read(key)).stream)).toBe('mine');
    });

    it.each([
      ['tenant', 'uploads', uploadKey(TENANT)],
      ['tenant', 'outputs', outputKey(TENANT, JOB, 1, 'a.txt')],
    ])('does not go through a link in place of the folder of a %s in %s', async (_, kind, key) => {
      await storage.put(key, Readable.from(['secret']), PLAIN);
      await rename(join(root, kind, TENANT), join(outside, TENANT));
      await symlink(join(outside, TENANT), join(root, kind, TENANT));
      expect(await storage.stat(key)).toBeUndefined();
      await expect(storage.read(key)).rejects.toBeInstanceOf(FileMissingError);
      expect(await storage.remove(key)).toBe(false);
      expect(await storage.removeAll(`${TENANT}/${JOB}/`)).toBe(0);
      await expect(storage.put(key, Readable.from(['x']), PLAIN)).rejects.toBeInstanceOf(StorageUnavailableError);
      expect(await readFile(join(outside, key), 'utf8')).toMatch(/^secret/);
    });

    it('says which folder it expects where a file lies', async () => {
      await writeFile(join(root, 'uploads'), '');
      await expect(storage.put(uploadKey(TENANT), Readable.from(['x']), PLAIN)).rejects.toThrow(
        /folder named uploads .* got a link or a file/,
      );
      await rm(join(root, 'uploads'));
      await mkdir(join(root, 'uploads'));
      await writeFile(join(root, 'uploads', TENANT), '');
      await expect(storage.put(uploadKey(TENANT), Readable.from(['x']), PLAIN)).rejects.toThrow(
        new RegExp(`folder named ${TENANT} .* got a link or a file`),
      );
    });

    it('does not wait for the writer of a pipe in place of a file', async () => {
      const key = uploadKey(TENANT);
      await storage.put(uploadKey(TENANT), Readable.from(['makes the folder']), PLAIN);
      await promisify(execFile)('mkfifo', [pathOf(key)]);
      expect(await storage.stat(key)).toBeUndefined();
    });

    it('refuses to open when the folder for incoming files is a link', async () => {
      await rm(join(root, 'incoming'), { recursive: true });
      await symlink(outside, join(root, 'incoming'));
      await expect(DiskStorage.open(root)).rejects.toThrow(/folder named incoming .* got a link or a file/);
    });
  });

  it('removes stale temporary files when it opens, and no fresh ones', async () => {
    const incoming = join(root, 'incoming');
    const dayAgo = new Date(Date.now() - 25 * 3_600_000);
    for (const name of ['stale.part', 'fresh.part']) await writeFile(join(incoming, name), 'x');
    await utimes(join(incoming, 'stale.part'), dayAgo, dayAgo);
    await DiskStorage.open(root);
    expect(await readdir(incoming)).toEqual(['fresh.part']);
  });

  it('finishes puts while the folder of their job is removed again and again', async () => {
    const done = new AbortController();
    const putOften = async (name: string): Promise<void> => {
      for (let run = 0; run < 100; run += 1) {
        await storage.put(outputKey(TENANT, JOB, run, name), Readable.from(['x']), PLAIN);
      }
    };
    const removing = (async () => {
      while (!done.signal.aborted) await storage.removeAll(`${TENANT}/${JOB}/`);
    })();
    try {
      await Promise.all([putOften('a'), putOften('b')]);
    } finally {
      done.abort();
      await removing;
    }
    await storage.removeAll(`${TENANT}/${JOB}/`);
    expect(await readdir(join(root, 'outputs', TENANT))).toEqual([]);
  });

  it('leaves no empty folder when the last output is removed', async () => {
    const [first, second] = [outputKey(TENANT, JOB, 1, 'a.txt'), outputKey(TENANT, JOB, 1, 'b.txt')];
    for (const key of [first, second]) await storage.put(key, Readable.from(['x']), PLAIN);
    await storage.remove(first);
    expect(await readdir(join(root, 'outputs', TENANT))).toEqual([JOB]);
    await storage.remove(second);
    expect(await readdir(join(root, 'outputs', TENANT))).toEqual([]);
  });

  it('lets go of every descriptor, however a call ends', async () => {
    const key = uploadKey(TENANT);
    await storage.put(key, chunked(patterned(1_000_000)), PLAIN);
    const untouched = await storage.read(key);
    expect(await descriptorsBelow(root)).toBe(1);
    untouched.stream.destroy();
    await once(untouched.stream, 'close');

    const begun = await storage.read(key, { start: 10, end: 900_000 });
    await once(begun.stream, 'data');
    begun.stream.destroy();
    await once(begun.stream, 'close');

    await buffer((await storage.read(key)).stream);
    await storage.stat(key);
    await storage.read(key, { start: 0, end: 1_000_000 }).catch(() => undefined);
    await storage.put(key, chunked(patterned(100)), { ...PLAIN, maxBytes: 1 }).catch(() => undefined);
    await storage.put(key, breakingSource(new Error('cut'), patterned(100)), PLAIN).catch(() => undefined);
    await writeFile(pathOf(key), 'foreign');
    await storage.stat(key);
    await storage.check();
    expect(await descriptorsBelow(root)).toBe(0);
  });

  it('names the trouble when the folder cannot be made', async () => {
    await writeFile(join(root, 'file'), '');
    const trouble = await DiskStorage.open(join(root, 'file', 'data')).catch((error: unknown) => error);
    expect(trouble).toBeInstanceOf(StorageUnavailableError);
    expect(trouble).toMatchObject({ code: 'storage_unavailable', cause: { code: 'ENOTDIR' } });
    expect(String(trouble)).not.toContain(root);
  });

  it('fails its check and its puts when the data folder is gone', async () => {
    await rm(join(root, 'incoming'), { recursive: true });
    await expect(storage.check()).rejects.toBeInstanceOf(StorageUnavailableError);
    await expect(storage.put(uploadKey(TENANT), openSource(), PLAIN)).rejects.toBeInstanceOf(StorageUnavailableError);
    await mkdir(join(root, 'incoming'));
    await expect(storage.check()).resolves.toBeUndefined();
  });
});
