import { once } from 'node:events';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { JOB, TENANT } from '../spec/keys.js';
import { S3Stub } from '../spec/s3-stub.js';
import { breakingSource, chunked, openSource, patterned } from '../spec/sources.js';
import { describeStorage } from '../spec/storage-conformance.js';
import { S3Storage } from './s3-storage.js';
import { FileMissingError, StorageUnavailableError } from './storage-error.js';
import { outputKey, parseKey, uploadKey } from './storage-key.js';

const PLAIN = { filename: 'a.txt', contentType: 'text/plain' };
const BUCKET = 'leveret-files';
const LARGE = 18 * 1024 * 1024 + 123;
beforeAll(() => {
  // eslint-disable-next-line no-restricted-properties -- the SDK is handed its credentials as an operator hands them
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' });
});

function connect(stub: S3Stub, bucket = BUCKET): S3Storage {
  return new S3Storage({ bucket, endpoint: stub.endpoint, region: undefined });
}

describeStorage('an S3 bucket (a stub of one)', async () => {
  const stub = await S3Stub.start(BUCKET);
  const storage = connect(stub);
  const belongsToFile = (name: string): boolean =>
    name === '.identity' || stub.objects.has(name.replace(/^\.digests\/(.*)\/[^/]+$/, '$1'));
  return {
    storage,
    leftovers: async () => [
      ...[...stub.objects.keys()].filter((name) => parseKey(name) === undefined && !belongsToFile(name)),
      ...stub.uploads.keys(),
    ],
    dispose: async () => {
      await storage.close();
      await stub.stop();
    },
  };
});

describe('an S3 bucket (a stub of one)', () => {
  let stub: S3Stub;
  let storage: S3Storage;

  beforeEach(async () => {
    stub = await S3Stub.start(BUCKET);
    storage = connect(stub);
  });
  afterEach(async () => {
    await storage.close();
    await stub.stop();
  });

  it('keeps a file as the object of its key, as it came', async () => {
    const key = uploadKey(TENANT);
    await storage.put(key, Readable.from(['as it came']), { filename: 'Köln.txt', contentType: 'text/plain' });
    const object = stub.objects.get(key);
    expect(object?.body.toString()).toBe('as it came');
    expect(object?.headers).toMatchObject({ 'content-type': 'text/plain', 'x-amz-meta-filename': 'K%C3%B6ln.txt' });
  });

  it('puts a file of one part in one call', async () => {
    const key = uploadKey(TENANT);
    await storage.put(key, chunked(patterned(8 * 1024 * 1024)), PLAIN);
    expect(stub.calls).toEqual([`PUT ${key}?x-id=PutObject`]);
  });

  it('puts a larger file in parts, and its hash before the object can be seen', async () => {
    const key = uploadKey(TENANT);
    await storage.put(key, chunked(patterned(LARGE)), PLAIN);
    const order = stub.calls.map((call) => call.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'id').replace(/\?.*/, ''));
    expect(order.filter((call) => call.startsWith('PUT acme/id'))).toHaveLength(3);
    expect(order.indexOf('PUT .digests/acme/id/id')).toBeGreaterThan(0);
    expect(order.at(-1)).toBe('POST acme/id');
  });

  it('removes the kept hash together with its file', async () => {
    const key = uploadKey(TENANT);
    await storage.put(key, chunked(patterned(LARGE)), PLAIN);
    expect(stub.objects.size).toBe(2);
    await storage.remove(key);
    expect([...stub.objects.keys()]).toEqual([]);
  });

  it('removes more outputs than one page of a list names', async () => {
    for (let i = 0; i < 230; i += 1) await storage.put(outputKey(TENANT, JOB, i, 'a'), Readable.from(['x']), PLAIN);
    expect(await storage.removeAll(`${TENANT}/${JOB}/`)).toBe(230);
    expect([...stub.objects.keys()]).toEqual([]);
  });

  it('knows no object that it did not put', async () => {
    const key = uploadKey(TENANT);
    stub.objects.set(key, { body: Buffer.from('foreign'), headers: {} });
    expect(await storage.stat(key)).toBeUndefined();
    expect(await storage.remove(key)).toBe(false);
    await expect(storage.read(key)).rejects.toBeInstanceOf(FileMissingError);
    expect(stub.objects.size).toBe(1);
  });

  it.each(['UploadPart', 'CompleteMultipartUpload'])('leaves nothing behind when %s fails', async (operation) => {
    const key = uploadKey(TENANT);
    stub.intercept = ({ query, method }) => {
      const failing = operation === 'UploadPart' ? query.has('partNumber') : method === 'POST' && query.has('uploadId');
      return failing ? { status: 403 } : undefined;
    };
    await expect(storage.put(key, chunked(patterned(LARGE)), PLAIN)).rejects.toBeInstanceOf(StorageUnavailableError);
    expect([...stub.uploads.keys(), ...stub.objects.keys()]).toEqual([]);
  });

  it("tells the source's error also when it cannot take back what was sent", async () => {
    stub.intercept = ({ method }) => (method === 'DELETE' ? { status: 403 } : undefined);
    const cut = new Error('cut');
    await expect(storage.put(uploadKey(TENANT), breakingSource(cut, patterned(LARGE)), PLAIN)).rejects.toBe(cut);
  });

  it.each([
    [403, /403.*credentials/],
    [507, /507.*space/],
    [400, /400.*endpoint and region/],
  ])('names the trouble when the service answers %p', async (status, sentence) => {
    stub.intercept = () => ({ status });
    const key = uploadKey(TENANT);
    const failures = await Promise.all([
      storage.stat(key).catch((error: unknown) => error),
      storage.read(key).catch((error: unknown) => error),
      storage.put(key, Readable.from(['x']), PLAIN).catch((error: unknown) => error),
      storage.removeAll(`${TENANT}/${JOB}/`).catch((error: unknown) => error),
      storage.check().catch((error: unknown) => error),
    ]);
    for (const failure of failures) {
      expect(failure).toBeInstanceOf(StorageUnavailableError);
      expect(String(failure)).toMatch(sentence);
    }
  });

  it('makes a new file when a call about it that was under way has come to nothing', async () => {
    const key = uploadKey(TENANT);
    let conflicts = 2;
    stub.intercept = () => ((conflicts -= 1) < 0 ? undefined : { status: 409 });
    expect(await storage.create(key, Buffer.from('new'), PLAIN)).toBe(true);
    expect(stub.objects.get(key)?.body.toString()).toBe('new');
  });

  it('does not take a file for made while another call about it does not end', async () => {
    stub.intercept = () => ({ status: 409 });
    const creating = storage.create(uploadKey(TENANT), Buffer.from('new'), PLAIN);
    await expect(creating).rejects.toThrow(/409.*another process/);
  });

  it('fails its check when the bucket does not exist', async () => {
    const other = connect(stub, 'no-such-bucket');
    await expect(other.check()).rejects.toThrow(/404.*bucket does not exist/);
    await expect(other.read(uploadKey(TENANT))).rejects.toBeInstanceOf(StorageUnavailableError);
    await other.close();
  });

  it('fails its check when nobody answers', async () => {
    const gone = await S3Stub.start(BUCKET);
    const other = connect(gone);
    await gone.stop();
    await expect(other.check()).rejects.toThrow(/no answer/);
    await other.close();
  });

  it('lets go of the connection of a download that is destroyed early or refused', async () => {
    const key = uploadKey(TENANT);
    await storage.put(key, chunked(patterned(LARGE)), PLAIN);
    const { stream } = await storage.read(key);
    await once(stream, 'data');
    stream.destroy();
    await stub.idle();
    await expect(storage.read(key, { start: 0, end: LARGE })).rejects.toMatchObject({ size: LARGE });
    await stub.idle();
  });

  it('answers for other files while a put waits for its source', async () => {
    const source = openSource();
    const waiting = storage.put(uploadKey(TENANT), source, PLAIN);
    const key = uploadKey(TENANT);
    await storage.put(key, Readable.from(['quick']), PLAIN);
    expect(await text((await storage.read(key)).stream)).toBe('quick');
    source.push(null);
    expect((await waiting).size).toBe(0);
  });
});
