import { createHash } from 'node:crypto';
import { type Readable } from 'node:stream';
import { FileTooLargeError } from './storage-error.js';

/** What a meter has counted. */
export interface Digest {
  /** Bytes. */
  readonly size: number;
  /** Hexadecimal. */
  readonly sha256: string;
}

/** Counts and hashes a content that flows by, and stops it at a limit. For one content each. */
export class Meter {
  readonly #hash = createHash('sha256');
  readonly #maxBytes: number;
  #size = 0;

  constructor(maxBytes = Number.POSITIVE_INFINITY) {
    this.#maxBytes = maxBytes;
  }

  /** The content's chunks. Ending early leaves the content open: whoever sent it may still have to be answered. */
  async *measure(content: Readable): AsyncGenerator<Buffer, void> {
    for await (const chunk of content.iterator({ destroyOnReturn: false })) {
      const bytes = asBytes(chunk);
      this.#size += bytes.byteLength;
      if (this.#size > this.#maxBytes) throw new FileTooLargeError(this.#maxBytes);
      this.#hash.update(bytes);
      yield bytes;
    }
  }

  /** Of everything that flowed by. Ends the meter. */
  digest(): Digest {
    return { size: this.#size, sha256: this.#hash.digest('hex') };
  }
}

/** Of a content that is there whole. */
export function digestOf(content: Buffer): Digest {
  return { size: content.byteLength, sha256: createHash('sha256').update(content).digest('hex') };
}

/**
 * Keeps an error of the content from ending the process while nobody listens: before the first chunk is asked for, and
 * after a put has ended early. The put itself hears of it from the iterator.
 */
export function guardSource(content: Readable): void {
  content.on('error', () => undefined);
}

function asBytes(chunk: unknown): Buffer {
  if (Buffer.isBuffer(chunk)) return chunk;
  if (chunk instanceof Uint8Array) return Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  if (typeof chunk === 'string') return Buffer.from(chunk);
  throw new TypeError(`Expected a stream of bytes, got a chunk of type ${typeof chunk}; serialise objects first.`);
}
