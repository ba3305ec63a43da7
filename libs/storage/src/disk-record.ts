import { type FileHandle } from 'node:fs/promises';
import { type FileReference, isFileReference } from '#libs/contracts';

/**
 * A file on disk is its content and, behind it, a trailer of this many bytes: the file reference and the time as JSON,
 * filled up with spaces. Content and metadata are one file, so one rename shows both or replaces both, and a descriptor
 * that is open keeps both.
 */
const TRAILER_BYTES = 2_048;

/** The bytes to write behind the content. */
export function encodeTrailer(reference: FileReference, createdAt: Date): Buffer {
  const trailer = Buffer.alloc(TRAILER_BYTES, ' ');
  const json = JSON.stringify({ ...reference, createdAt: createdAt.toISOString() });
  if (Buffer.byteLength(json) > TRAILER_BYTES) {
    throw new RangeError(`Expected metadata of at most ${TRAILER_BYTES} bytes, got ${Buffer.byteLength(json)}.`);
  }
  trailer.write(json);
  return trailer;
}

/** The reference in the trailer of an open file; undefined when the file is none of ours, or not the key's. */
export async function readTrailer(file: FileHandle, key: string): Promise<FileReference | undefined> {
  const status = await file.stat();
  const size = status.size - TRAILER_BYTES;
  if (!status.isFile() || size < 0) return undefined;
  const { buffer, bytesRead } = await file.read(Buffer.alloc(TRAILER_BYTES), 0, TRAILER_BYTES, size);
  const found = parsed(buffer.toString('utf8', 0, bytesRead));
  if (!isFileReference(found) || found.key !== key || found.size !== size) return undefined;
  const { filename, contentType, sha256 } = found;
  return { key, filename, contentType, size, sha256 };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
