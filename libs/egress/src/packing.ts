import { type Transform } from 'node:stream';
import { promisify } from 'node:util';
import * as zlib from 'node:zlib';
import { AnswerTooLarge, CallFailed } from './errors.js';

/** A way in which answers are packed. */
export interface Packing {
  readonly unpacker: () => Transform;
  readonly unpack: (bytes: Buffer, options: zlib.ZlibOptions) => Promise<Buffer>;
}

const GZIP: Packing = { unpacker: zlib.createGunzip, unpack: promisify<Buffer, zlib.ZlibOptions, Buffer>(zlib.gunzip) };
const PACKINGS: Readonly<Record<string, Packing>> = {
  gzip: GZIP,
  'x-gzip': GZIP,
  deflate: { unpacker: zlib.createInflate, unpack: promisify<Buffer, zlib.ZlibOptions, Buffer>(zlib.inflate) },
  br: {
    unpacker: zlib.createBrotliDecompress,
    unpack: promisify<Buffer, zlib.BrotliOptions, Buffer>(zlib.brotliDecompress),
  },
};

/** What `accept-encoding` says: all of them. */
export const ACCEPTED = 'gzip, deflate, br';

/**
 * How an answer is packed; undefined when it is not.
 * @param encoding the value of `content-encoding`
 * @throws CallFailed `answer_unreadable` when nobody asked for that
 */
export function packingOf(encoding: string): Packing | undefined {
  const name = encoding.trim().toLowerCase();
  if (name === '' || name === 'identity') return undefined;
  const packing = PACKINGS[name];
  if (packing !== undefined) return packing;
  throw new CallFailed('answer_unreadable', 'The answer is packed in a way that was not asked for.');
}

/** A whole body as its sender meant it. @throws AnswerTooLarge when it unpacks to more, without having unpacked it all */
export async function unpacked(bytes: Buffer, encoding: string, maxBytes: number): Promise<Buffer> {
  const packing = packingOf(encoding);
  if (packing === undefined || bytes.length === 0) return bytes;
  try {
    return await packing.unpack(bytes, { maxOutputLength: maxBytes });
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE' ? new AnswerTooLarge(maxBytes) : error;
  }
}
