import { pipeline, Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { AnswerTooLarge, CallFailed } from './errors.js';

const UNPACKERS: Readonly<Record<string, () => ReturnType<typeof createGunzip>>> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
};

/** How a body is read. */
export interface BodyTerms {
  readonly maxBytes: number;
  /** The error of the call that an error of its body stands for. */
  readonly explain: (error: unknown) => unknown;
}

/**
 * The body as its sender meant it: unpacked, and cut off with an error at its limit. What is unpacked is never more than
 * a buffer ahead of what is read, so a small answer that unpacks to a huge one costs nothing.
 * @param encoding the value of `content-encoding`
 * An encoding that nobody asked for is an error of who reads it: the status counts without.
 */
export function answerBody(raw: Readable, encoding: string, terms: BodyTerms): Readable {
  raw.on('error', () => undefined);
  const body = Readable.from(
    bounded(() => unpacked(raw, encoding), terms),
    { objectMode: false },
  );
  // A body that is destroyed before it was read has not begun to read the connection, and would leave it open.
  body.once('close', () => raw.destroy());
  return body;
}

function unpacked(raw: Readable, encoding: string): Readable {
  const name = encoding.trim().toLowerCase();
  if (name === '' || name === 'identity') return raw;
  const unpacker = UNPACKERS[name]?.();
  if (unpacker === undefined) {
    raw.destroy();
    throw new CallFailed('answer_unreadable', 'The answer is packed in a way that was not asked for.');
  }
  return pipeline(raw, unpacker, () => undefined);
}

async function* bounded(open: () => Readable, { maxBytes, explain }: BodyTerms): AsyncGenerator<Buffer> {
  let bytes = 0;
  try {
    for await (const chunk of open()) {
      bytes += (chunk as Buffer).length;
      if (bytes > maxBytes) throw new AnswerTooLarge(maxBytes);
      yield chunk as Buffer;
    }
  } catch (error) {
    throw error instanceof AnswerTooLarge ? error : explain(error);
  }
}
