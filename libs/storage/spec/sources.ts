import { createCipheriv } from 'node:crypto';
import { Readable } from 'node:stream';

/** A source that gives its chunks and then an error in place of its end. */
export function breakingSource(error: Error, ...chunks: readonly Buffer[]): Readable {
  return Readable.from(
    (async function* () {
      yield* chunks;
      throw error;
    })(),
  );
}

/** A source that is fed by hand. */
export function openSource(): Readable {
  return new Readable({ read: () => undefined });
}

/** Bytes that are the same in every run and never repeat. */
export function patterned(length: number, seed = 1): Buffer {
  return createCipheriv('aes-128-ctr', Buffer.alloc(16, seed), Buffer.alloc(16)).update(Buffer.alloc(length));
}

/** A source of `bytes` in chunks of 64 KiB, as a socket gives them. */
export function chunked(bytes: Buffer): Readable {
  return Readable.from(
    (function* () {
      for (let at = 0; at < bytes.byteLength; at += 65_536) yield bytes.subarray(at, at + 65_536);
    })(),
  );
}
