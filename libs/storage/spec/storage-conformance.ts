/* eslint-disable max-lines-per-function -- a suite is one function, as in spec files, where the rule is off */
import { createHash } from 'node:crypto';
import { buffer, text } from 'node:stream/consumers';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Storage } from '../src/storage.js';
import { FileMissingError, FileTooLargeError, RangeNotSatisfiableError } from '../src/storage-error.js';
import { outputKey, uploadKey } from '../src/storage-key.js';
import { HOSTILE_KEYS, JOB, TENANT } from './keys.js';
import { breakingSource, chunked, openSource, patterned } from './sources.js';

/** A storage under test, and how to look behind it. */
export interface Subject {
  readonly storage: Storage;
  /** Everything that lies in the storage without being a file that was put: all of it must be gone after each test. */
  leftovers(): Promise<readonly string[]>;
  dispose(): Promise<void>;
}

const PLAIN = { filename: 'notes.txt', contentType: 'text/plain' };
/** More than two parts of a multipart upload. */
const LARGE = 18 * 1024 * 1024 + 123;

/** What every adapter must do. Each adapter's spec runs it. */
export function describeStorage(name: string, open: () => Promise<Subject>): void {
  describe(`${name}, like every storage,`, () => {
    let subject: Subject;
    let storage: Storage;

    beforeEach(async () => {
      subject = await open();
      storage = subject.storage;
    });
    afterEach(async () => {
      const leftovers = await subject.leftovers();
      await subject.dispose();
      expect(leftovers).toEqual([]);
    });

    it('has a name of its own, the same for whoever asks first', async () => {
      const names = await Promise.all([storage.identity(), storage.identity(), storage.identity()]);
      expect(names[0]).toMatch(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
      expect(new Set([...names, await storage.identity()]).size).toBe(1);
      expect(await storage.stat('.identity')).toBeUndefined();
    });

    it('gives back what was put, with its length and hash', async () => {
      const key = uploadKey(TENANT);
      const reference = await storage.put(key, Readable.from(['hello ', 'world']), PLAIN);
      expect(reference).toEqual({
        key,
        ...PLAIN,
        size: 11,
        sha256: 'b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9',
      });
      expect(await storage.stat(key)).toEqual(reference);
      const content = await storage.read(key);
      expect(content.reference).toEqual(reference);
      expect(await text(content.stream)).toBe('hello world');
    });

    it('creates a file once, whoever asks, and leaves it as it is', async () => {
      const key = outputKey(TENANT, JOB, 0, 'note');
      const texts = ['one', 'two', 'three', 'four'];
      const made = await Promise.all(texts.map((note) => storage.create(key, Buffer.from(note), PLAIN)));
      expect(made.filter(Boolean)).toHaveLength(1);
      const content = await storage.read(key);
      expect(content.reference).toMatchObject({ key, ...PLAIN, size: texts[made.indexOf(true)]?.length });
      expect(await text(content.stream)).toBe(texts[made.indexOf(true)]);
      expect(await storage.create(key, Buffer.from('late'), PLAIN)).toBe(false);
      await storage.remove(key);
      expect(await storage.create(key, Buffer.from('again'), PLAIN)).toBe(true);
    });

    it('keeps an empty file', async () => {
      const key = uploadKey(TENANT);
      const reference = await storage.put(key, Readable.from([]), PLAIN);
      expect(reference.size).toBe(0);
      expect(reference.sha256).toBe(createHash('sha256').digest('hex'));
      expect(await storage.stat(key)).toEqual(reference);
      expect(await buffer((await storage.read(key)).stream)).toHaveLength(0);
      await expect(storage.read(key, { start: 0, end: 0 })).rejects.toMatchObject({ size: 0 });
    });

    it('streams a large file in and out, whole and in part', async () => {
      const key = outputKey(TENANT, JOB, 3, 'video.mp4');
      const bytes = patterned(LARGE);
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      const reference = await storage.put(key, chunked(bytes), { filename: 'Köln.mp4', contentType: 'video/mp4' });
      expect(reference).toEqual({ key, filename: 'Köln.mp4', contentType: 'video/mp4', size: LARGE, sha256 });
      expect(await storage.stat(key)).toEqual(reference);
      expect(await hashOf((await storage.read(key)).stream)).toBe(sha256);
      const part = await storage.read(key, { start: 9_000_000, end: 9_000_099 });
      expect(part.reference).toEqual(reference);
      expect(await buffer(part.stream)).toEqual(bytes.subarray(9_000_000, 9_000_100));
    });

    it('gives the first byte, the last byte and the whole as ranges', async () => {
      const key = uploadKey(TENANT);
      await storage.put(key, Readable.from(['0123456789']), PLAIN);
      const part = async (start: number, end: number): Promise<string> =>
        text((await storage.read(key, { start, end })).stream);
      expect(await part(0, 0)).toBe('0');
      expect(await part(9, 9)).toBe('9');
      expect(await part(0, 9)).toBe('0123456789');
    });

    it.each([
      [0, 10],
      [9, 10],
      [10, 10],
      [5, 4],
      [-1, 3],
      [0.5, 3],
      [0, Number.MAX_SAFE_INTEGER],
      [Number.NaN, 3],
    ])('refuses the range %p to %p of ten bytes and names the length', async (start, end) => {
      const key = uploadKey(TENANT);
      await storage.put(key, Readable.from(['0123456789']), PLAIN);
      const refusal = await storage.read(key, { start, end }).catch((error: unknown) => error);
      expect(refusal).toBeInstanceOf(RangeNotSatisfiableError);
      expect(refusal).toMatchObject({ size: 10, code: 'range_not_satisfiable' });
    });

    it('says that a file is missing', async () => {
      const key = uploadKey(TENANT);
      expect(await storage.stat(key)).toBeUndefined();
      expect(await storage.remove(key)).toBe(false);
      await expect(storage.read(key)).rejects.toBeInstanceOf(FileMissingError);
      await expect(storage.read(key, { start: 0, end: 1 })).rejects.toBeInstanceOf(FileMissingError);
      await expect(storage.read(key, { start: 2, end: 1 })).rejects.toBeInstanceOf(FileMissingError);
    });

    it('knows no file by a key that it does not make', async () => {
      for (const key of HOSTILE_KEYS) {
        expect([key, await storage.stat(key)]).toEqual([key, undefined]);
        expect([key, await storage.remove(key)]).toEqual([key, false]);
        await expect(storage.read(key)).rejects.toBeInstanceOf(FileMissingError);
        await expect(storage.put(key, Readable.from(['x']), PLAIN)).rejects.toBeInstanceOf(TypeError);
        await expect(storage.removeAll(key)).rejects.toBeInstanceOf(TypeError);
      }
    });

    it('removes a file', async () => {
      const key = uploadKey(TENANT);
      await storage.put(key, Readable.from(['x']), PLAIN);
      expect(await storage.remove(key)).toBe(true);
      expect(await storage.stat(key)).toBeUndefined();
      expect(await storage.remove(key)).toBe(false);
    });

    it("removes a job's outputs and nothing else", async () => {
      const outputs = [outputKey(TENANT, JOB, 1, 'a.webp'), outputKey(TENANT, JOB, 2, 'a.webp')];
      const others = [
        `${TENANT}/${JOB}`,
        outputKey('acme-two', JOB, 1, 'a.webp'),
        outputKey(TENANT, JOB.replace(/1$/, '2'), 1, 'a.webp'),
      ];
      for (const key of [...outputs, ...others]) await storage.put(key, chunked(patterned(10)), PLAIN);
      expect(await storage.removeAll(`${TENANT}/${JOB}/`)).toBe(2);
      for (const key of outputs) expect(await storage.stat(key)).toBeUndefined();
      for (const key of others) expect((await storage.stat(key))?.size).toBe(10);
      expect(await storage.removeAll(`${TENANT}/${JOB}/`)).toBe(0);
    });

    it('removes the outputs of a job that are large', async () => {
      const key = outputKey(TENANT, JOB, 1, 'large.bin');
      await storage.put(key, chunked(patterned(LARGE)), PLAIN);
      expect(await storage.removeAll(`${TENANT}/${JOB}/`)).toBe(1);
      expect(await storage.stat(key)).toBeUndefined();
    });

    it('stops at maxBytes, keeps nothing, and leaves the source to its owner', async () => {
      for (const [key, size] of [
        [uploadKey(TENANT), 200_000],
        [uploadKey(TENANT), LARGE],
      ] as const) {
        const source = chunked(patterned(size));
        const maxBytes = size - 150_000;
        const refusal = await storage.put(key, source, { ...PLAIN, maxBytes }).catch((error: unknown) => error);
        expect(refusal).toBeInstanceOf(FileTooLargeError);
        expect(refusal).toMatchObject({ maxBytes, code: 'file_too_large' });
        expect(await storage.stat(key)).toBeUndefined();
        expect(source.destroyed).toBe(false);
        expect((await buffer(source)).byteLength).toBeGreaterThan(0); // it can be drained, to answer whoever sends it
      }
    });

    it('takes a file of exactly maxBytes', async () => {
      const key = uploadKey(TENANT);
      expect((await storage.put(key, chunked(patterned(100_000)), { ...PLAIN, maxBytes: 100_000 })).size).toBe(100_000);
    });

    it('passes on the error of a source that breaks off and keeps nothing', async () => {
      const cut = new Error('client went away');
      for (const chunk of [patterned(70_000), patterned(LARGE)]) {
        const key = uploadKey(TENANT);
        await expect(storage.put(key, breakingSource(cut, chunk), PLAIN)).rejects.toBe(cut);
        expect(await storage.stat(key)).toBeUndefined();
      }
    });

    it('refuses a source that was destroyed without an error', async () => {
      const key = uploadKey(TENANT);
      const source = openSource();
      source.push('some');
      const put = storage.put(key, source, PLAIN);
      source.destroy();
      await expect(put).rejects.toMatchObject({ code: 'ERR_STREAM_PREMATURE_CLOSE' });
      expect(await storage.stat(key)).toBeUndefined();
    });

    it('hears of an error that came before it asked for the first byte', async () => {
      const cut = new Error('cut off at once');
      const source = openSource();
      const put = storage.put(uploadKey(TENANT), source, PLAIN);
      source.destroy(cut);
      await expect(put).rejects.toBe(cut);
    });

    it('refuses a source of objects', async () => {
      await expect(storage.put(uploadKey(TENANT), Readable.from([{ a: 1 }]), PLAIN)).rejects.toThrow(/stream of bytes/);
    });

    it('shows the old file until the new one is whole', async () => {
      const key = outputKey(TENANT, JOB, 1, 'a.txt');
      const old = await storage.put(key, Readable.from(['old']), PLAIN);
      const source = openSource();
      const put = storage.put(key, source, { filename: 'new.txt', contentType: 'text/csv' });
      source.push('ne');
      expect(await storage.stat(key)).toEqual(old);
      expect(await text((await storage.read(key)).stream)).toBe('old');
      source.push('w');
      source.push(null);
      expect(await put).toMatchObject({ filename: 'new.txt', size: 3 });
      expect(await text((await storage.read(key)).stream)).toBe('new');
    });

    it('lets one of several concurrent puts win whole', async () => {
      const key = outputKey(TENANT, JOB, 1, 'a.bin');
      const puts = Array.from({ length: 8 }, (_, i) =>
        storage.put(key, chunked(patterned(300_000 + i, i + 1)), { filename: `${i}.bin`, contentType: 'text/plain' }),
      );
      const candidates = await Promise.all(puts);
      const { reference, stream } = await storage.read(key);
      expect(candidates).toContainEqual(reference);
      expect(await hashOf(stream)).toBe(reference.sha256);
    });

    it('makes names and types safe before it keeps them', async () => {
      const key = uploadKey(TENANT);
      const about = { filename: '..\\..\\inv\u202Eoice\r\n.pdf', contentType: 'text/html\r\nx: y' };
      const kept = { filename: 'invoice.pdf', contentType: 'application/octet-stream' };
      expect(await storage.put(key, Readable.from(['x']), about)).toMatchObject(kept);
      expect(await storage.stat(key)).toMatchObject(kept);
    });

    it('keeps the longest name there may be', async () => {
      const key = uploadKey(TENANT);
      const about = { filename: '"'.repeat(300), contentType: `${'a'.repeat(127)}/${'b'.repeat(127)}` };
      const reference = await storage.put(key, Readable.from(['x']), about);
      expect(reference.filename).toHaveLength(255);
      expect(await storage.stat(key)).toEqual(reference);
    });

    it('passes its own check and leaves nothing of it', async () => {
      await expect(storage.check()).resolves.toBeUndefined();
    });
  });
}

async function hashOf(stream: Readable): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of stream) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
