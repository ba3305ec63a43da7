import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  type GetObjectCommandOutput,
  HeadObjectCommand,
  paginateListObjectsV2,
  PutObjectCommand,
  type PutObjectCommandInput,
  type S3Client,
} from '@aws-sdk/client-s3';
import { type FileReference } from '#libs/contracts';
import { uuidv7 } from 'uuidv7';
import { assertInside, isRange } from './byte-range.js';
import { safeContentType, safeFilename } from './file-description.js';
import { digestOf, guardSource, Meter } from './meter.js';
import { connectBucket } from './s3-client.js';
import { bucketFailure, ifObject, isMissing, onBucket, statusOf } from './s3-error.js';
import { CHECKS, DIGESTS, IDENTITY, readMetadata, withDigestId, withHash } from './s3-metadata.js';
import { upload } from './s3-upload.js';
import { type ByteRange, type FileDescription, type Storage, type StoredContent } from './storage.js';
import { FileMissingError, RangeNotSatisfiableError, StorageUnavailableError } from './storage-error.js';
import { parseKey, requireKey, requirePrefix } from './storage-key.js';
import { type BucketLocation } from './storage-url.js';

const CHECK_TIMEOUT_MS = 5_000;
/** Objects that are removed at once. */
const REMOVE_AT_ONCE = 100;
const CONFLICT_TRIES = 5;
const CONFLICT_WAIT_MS = 100;

/** What an answer says of the object that it is about. */
interface ObjectHead {
  readonly size: number;
  readonly contentType: string | undefined;
  readonly metadata: Readonly<Record<string, string>> | undefined;
}

/**
 * Files in an S3 bucket: each is one object of its key, as it came, with its description as the object's metadata. The
 * hash of a file over 8 MiB lies beside it, under `.digests/<key>/`. A bucket rule that aborts incomplete multipart
 * uploads after a day clears up after processes that were killed.
 */
export class S3Storage implements Storage {
  readonly #client: S3Client;
  readonly #bucket: string;

  constructor(location: BucketLocation) {
    this.#client = connectBucket(location);
    this.#bucket = location.bucket;
  }

  async put(key: string, content: Readable, about: FileDescription): Promise<FileReference> {
    requireKey(key);
    guardSource(content);
    const [filename, contentType] = [safeFilename(about.filename), safeContentType(about.contentType)];
    const id = uuidv7();
    const apart = { Bucket: this.#bucket, Key: `${DIGESTS}${key}/${id}` };
    const digest = await upload(
      this.#client,
      { Bucket: this.#bucket, Key: key, ContentType: contentType },
      { source: content, meter: new Meter(about.maxBytes) },
      {
        of: (known) => withHash(filename, known),
        ahead: withDigestId(filename, id),
        keep: async ({ sha256 }) => {
          await onBucket(() => this.#client.send(new PutObjectCommand({ ...apart, Body: sha256 })));
        },
        drop: async () => {
          await this.#client.send(new DeleteObjectCommand(apart)).catch(() => undefined);
        },
      },
    );
    return { key, filename, contentType, ...digest };
  }

  async create(key: string, content: Buffer, about: Omit<FileDescription, 'maxBytes'>): Promise<boolean> {
    requireKey(key);
    return this.#putNew({
      ...{ Key: key, Body: content, ContentType: safeContentType(about.contentType) },
      Metadata: withHash(safeFilename(about.filename), digestOf(content)),
    });
  }

  async stat(key: string): Promise<FileReference | undefined> {
    const head = await this.#head(key);
    return head && this.#describe(key, head);
  }

  async read(key: string, range?: ByteRange): Promise<StoredContent> {
    const answer = await this.#open(key, range);
    const stream = answer.Body;
    if (!(stream instanceof Readable)) throw new StorageUnavailableError('Expected the bucket to answer with content.');
    try {
      const size = totalOf(answer, range);
      if (range !== undefined) assertInside(range, size);
      const head = { size, contentType: answer.ContentType, metadata: answer.Metadata };
      const reference = await this.#describe(key, head);
      if (reference === undefined) throw new FileMissingError(key);
      return { reference, stream };
    } catch (error) {
      stream.destroy();
      throw error;
    }
  }

  async remove(key: string): Promise<boolean> {
    const head = await this.#head(key);
    if (head === undefined) return false;
    await this.#delete(key);
    if (readMetadata(head.metadata)?.digest !== undefined) await this.#deleteAll(`${DIGESTS}${key}/`);
    return true;
  }

  async removeAll(prefix: string): Promise<number> {
    requirePrefix(prefix);
    const removed = await this.#deleteAll(prefix);
    await this.#deleteAll(`${DIGESTS}${prefix}`);
    return removed;
  }

  async check(): Promise<void> {
    const object = { Bucket: this.#bucket, Key: `${CHECKS}${uuidv7()}` };
    const options = { abortSignal: AbortSignal.timeout(CHECK_TIMEOUT_MS) };
    const found = await onBucket(async () => {
      await this.#client.send(new PutObjectCommand({ ...object, Body: object.Key }), options);
      const { Body } = await this.#client.send(new GetObjectCommand(object), options);
      const content = await Body?.transformToString();
      await this.#client.send(new DeleteObjectCommand(object), options);
      return content;
    });
    if (found !== object.Key) throw new StorageUnavailableError('Expected the bucket to give back what was written.');
  }

  async identity(): Promise<string> {
    const known = await this.#keptText(IDENTITY);
    if (known !== undefined) return known;
    await this.#putNew({ Key: IDENTITY, Body: randomUUID() }); // when another process is faster, its name counts
    const name = await this.#keptText(IDENTITY);
    if (name === undefined) throw new StorageUnavailableError('Expected the bucket to give back what was written.');
    return name;
  }

  async close(): Promise<void> {
    this.#client.destroy();
  }

  /** False when there is an object of this key. */
  async #putNew(object: Omit<PutObjectCommandInput, 'Bucket'>, tries = CONFLICT_TRIES): Promise<boolean> {
    try {
      await this.#client.send(new PutObjectCommand({ ...object, Bucket: this.#bucket, IfNoneMatch: '*' }));
      return true;
    } catch (error) {
      const status = statusOf(error);
      if (status === 412) return false;
      // Another call is about this key at this moment; what will be there is not decided.
      if (status !== 409 || tries === 1) throw bucketFailure(error);
      await setTimeout(CONFLICT_WAIT_MS);
      return this.#putNew(object, tries - 1);
    }
  }

  async #head(key: string): Promise<ObjectHead | undefined> {
    if (parseKey(key) === undefined) return undefined;
    const command = new HeadObjectCommand({ Bucket: this.#bucket, Key: key });
    const answer = await ifObject(() => this.#client.send(command));
    if (answer === undefined || readMetadata(answer.Metadata) === undefined) return undefined;
    return { size: answer.ContentLength ?? 0, contentType: answer.ContentType, metadata: answer.Metadata };
  }

  /** The service cuts a range off at the end of the object, and refuses one that begins there. */
  async #open(key: string, range?: ByteRange): Promise<GetObjectCommandOutput> {
    if (parseKey(key) === undefined) throw new FileMissingError(key);
    if (range !== undefined && !isRange(range)) return this.#refuse(key, range);
    const part = range === undefined ? {} : { Range: `bytes=${range.start}-${range.end}` };
    const command = new GetObjectCommand({ Bucket: this.#bucket, Key: key, ...part });
    try {
      return await this.#client.send(command);
    } catch (error) {
      if (isMissing(error)) throw new FileMissingError(key);
      if (range !== undefined && statusOf(error) === 416) return this.#refuse(key, range);
      throw bucketFailure(error);
    }
  }

  /** The service does not always say how long a file is when it refuses a range. */
  async #refuse(key: string, range: ByteRange): Promise<never> {
    const found = await this.stat(key);
    throw found === undefined ? new FileMissingError(key) : new RangeNotSatisfiableError(range, found.size);
  }

  async #describe(key: string, head: ObjectHead): Promise<FileReference | undefined> {
    const metadata = readMetadata(head.metadata);
    if (metadata === undefined) return undefined;
    const { filename, digest } = metadata;
    const sha256 = metadata.sha256 ?? (digest && (await this.#keptText(`${DIGESTS}${key}/${digest}`)));
    if (sha256 === undefined) return undefined;
    return { key, filename, contentType: safeContentType(head.contentType ?? ''), size: head.size, sha256 };
  }

  async #keptText(name: string): Promise<string | undefined> {
    const command = new GetObjectCommand({ Bucket: this.#bucket, Key: name });
    return ifObject(async () => (await this.#client.send(command)).Body?.transformToString());
  }

  async #delete(name: string): Promise<void> {
    await onBucket(() => this.#client.send(new DeleteObjectCommand({ Bucket: this.#bucket, Key: name })));
  }

  async #deleteAll(prefix: string): Promise<number> {
    return onBucket(async () => {
      let removed = 0;
      const paging = { client: this.#client, pageSize: REMOVE_AT_ONCE };
      for await (const page of paginateListObjectsV2(paging, { Bucket: this.#bucket, Prefix: prefix })) {
        const names = (page.Contents ?? []).flatMap(({ Key }) => (Key === undefined ? [] : [Key]));
        await Promise.all(names.map((name) => this.#delete(name)));
        removed += names.length;
      }
      return removed;
    });
  }
}

/** Bytes of the whole object that an answer carries all or a part of. */
function totalOf(answer: GetObjectCommandOutput, range: ByteRange | undefined): number {
  if (range === undefined) return answer.ContentLength ?? 0;
  const total = /\/([0-9]+)$/.exec(answer.ContentRange ?? '')?.[1];
  if (total === undefined) throw new StorageUnavailableError('Expected the bucket to answer with the range asked for.');
  return Number(total);
}
