import { Readable } from 'node:stream';
import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { type Digest, type Meter } from './meter.js';
import { onBucket } from './s3-error.js';

/** What goes to one object. */
export interface UploadTarget {
  readonly Bucket: string;
  readonly Key: string;
  readonly ContentType: string;
}

/** How the metadata of an object is made and, when it is not known in time, kept beside it. */
export interface UploadMetadata {
  /** Of an object whose content is known before it is sent. */
  of(digest: Digest): Record<string, string>;
  /** Of an object whose content is still coming. */
  readonly ahead: Record<string, string>;
  /** Keeps the digest for such an object; called when all of it has come and before any reader can see it. */
  keep(digest: Digest): Promise<void>;
  /** Takes a kept digest back: the object has not become visible. */
  drop(): Promise<void>;
}

/** With at most 10,000 parts: files up to 78 GiB. */
const PART_BYTES = 8 * 1024 * 1024;
/** Parts of one file on their way at once; each is held in memory. */
const PARTS_AT_ONCE = 2;

/**
 * Streams a content into an object. S3 wants an object's metadata before its content, and the hash is known only
 * after it: what fits into one part is therefore held until it is known, and of longer contents the digest is kept
 * apart, before the last step that makes the object visible.
 */
export async function upload(
  client: S3Client,
  target: UploadTarget,
  content: { readonly source: Readable; readonly meter: Meter },
  metadata: UploadMetadata,
): Promise<Digest> {
  const chunks = content.meter.measure(content.source);
  const { held, ended } = await firstPart(chunks);
  if (!ended) return uploadParts(client, target, { held, chunks, meter: content.meter }, metadata);
  const digest = content.meter.digest();
  const command = new PutObjectCommand({ ...target, Body: Buffer.concat(held), Metadata: metadata.of(digest) });
  await onBucket(() => client.send(command));
  return digest;
}

interface Rest {
  readonly held: readonly Buffer[];
  readonly chunks: AsyncGenerator<Buffer, void>;
  readonly meter: Meter;
}

async function uploadParts(
  client: S3Client,
  target: UploadTarget,
  rest: Rest,
  metadata: UploadMetadata,
): Promise<Digest> {
  let digest: Digest | undefined;
  let broken: { readonly error: unknown } | undefined;
  const nextChunk = async (): Promise<IteratorResult<Buffer, void>> => {
    try {
      return await rest.chunks.next();
    } catch (error) {
      broken = { error };
      throw error;
    }
  };
  async function* body(): AsyncGenerator<Buffer, void> {
    yield* rest.held;
    for (let next = await nextChunk(); next.done !== true; next = await nextChunk()) yield next.value;
    digest = rest.meter.digest();
    await metadata.keep(digest);
  }
  const stream = Readable.from(body(), { objectMode: false });
  const params = { ...target, Body: stream, Metadata: metadata.ahead };
  try {
    await onBucket(() => new Upload({ client, params, partSize: PART_BYTES, queueSize: PARTS_AT_ONCE }).done());
  } catch (error) {
    stream.destroy();
    void rest.chunks.return().catch(() => undefined); // lets go of a source that may give nothing for long
    if (digest !== undefined) await metadata.drop();
    throw broken === undefined ? error : broken.error;
  }
  return digest as Digest;
}

async function firstPart(chunks: AsyncGenerator<Buffer, void>): Promise<{ held: readonly Buffer[]; ended: boolean }> {
  const held: Buffer[] = [];
  let bytes = 0;
  while (bytes <= PART_BYTES) {
    const next = await chunks.next();
    if (next.done === true) return { held, ended: true };
    held.push(next.value);
    bytes += next.value.byteLength;
  }
  return { held, ended: false };
}
