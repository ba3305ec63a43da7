import { TextDecoder } from 'node:util';
import { PermanentError } from '#libs/consumer';

const JUDGED_BYTES = 65_536;
/** A sign of UTF-8 has four bytes at most; the last one of a piece may be cut. */
const CUT_BYTES = 3;
const MARKS = [
  { mark: [0xef, 0xbb, 0xbf], encoding: 'utf-8' },
  { mark: [0xff, 0xfe], encoding: 'utf-16le' },
  { mark: [0xfe, 0xff], encoding: 'utf-16be' },
] as const;
const FORMER = 'windows-1252';

/**
 * The text of a source in pieces. Its encoding is that of its byte order mark, else UTF-8 when its beginning is that, else
 * Windows-1252, which programs on Windows write.
 * @throws PermanentError `bad_encoding` when it goes on in another way than it began
 */
export async function* decodedText(content: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let decoder: TextDecoder | undefined;
  for await (const bytes of pieces(content)) {
    decoder ??= new TextDecoder(encodingOf(bytes), { fatal: true });
    yield decode(decoder, bytes);
  }
  if (decoder !== undefined) yield decode(decoder);
}

function decode(decoder: TextDecoder, bytes?: Uint8Array): string {
  try {
    return bytes === undefined ? decoder.decode() : decoder.decode(bytes, { stream: true });
  } catch (error) {
    const message = `The source begins as ${decoder.encoding} and does not go on so; store it as UTF-8.`;
    throw new PermanentError('bad_encoding', message, { cause: error });
  }
}

/** The first piece is large enough to judge by. */
async function* pieces(content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let gathered: Uint8Array[] | undefined = [];
  let size = 0;
  for await (const bytes of content) {
    if (gathered === undefined) {
      yield bytes;
      continue;
    }
    gathered.push(bytes);
    size += bytes.byteLength;
    if (size < JUDGED_BYTES) continue;
    yield Buffer.concat(gathered);
    gathered = undefined;
  }
  if (gathered !== undefined && size > 0) yield Buffer.concat(gathered);
}

function encodingOf(beginning: Uint8Array): string {
  const marked = MARKS.find(({ mark }) => mark.every((byte, index) => beginning[index] === byte));
  if (marked !== undefined) return marked.encoding;
  return isUtf8(beginning) ? 'utf-8' : FORMER;
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    // In a stream a sign that is cut is none that is wrong.
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true });
    return bytes.byteLength > CUT_BYTES || !bytes.some((byte) => byte > 127);
  } catch {
    return false;
  }
}
