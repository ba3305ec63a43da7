import { isAscii, isUtf8 } from 'node:buffer';
import { TextDecoder } from 'node:util';
import { PermanentError } from '#libs/consumer';

const JUDGED_BYTES = 65_536;
const MARKS = [
  { mark: [0xef, 0xbb, 0xbf], encoding: 'utf-8' },
  { mark: [0xff, 0xfe], encoding: 'utf-16le' },
  { mark: [0xfe, 0xff], encoding: 'utf-16be' },
] as const;
/** Which bytes are zero where two signs of ASCII are in UTF-16. */
const ZEROS = [
  { zeros: [false, true, false, true], encoding: 'utf-16le' },
  { zeros: [true, false, true, false], encoding: 'utf-16be' },
] as const;
const FORMER = 'windows-1252';

interface Piece {
  readonly bytes: Uint8Array;
  /** What comes after it cannot end a sign that is cut. */
  readonly isLast: boolean;
}

/**
 * The text of a source in pieces. Its encoding is that of its byte order mark, else UTF-16 when it begins with two signs of ASCII in it,
 * else UTF-8 when its first signs beyond ASCII are that, else Windows-1252, which programs on Windows write.
 * @throws PermanentError `bad_encoding` when it goes on in another way than it began
 */
export async function* decodedText(content: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let decoder: TextDecoder | undefined;
  let isFirst = true;
  for await (const piece of pieces(content)) {
    decoder ??= decoderOf((isFirst ? announcedBy(piece.bytes) : undefined) ?? foundIn(piece));
    isFirst = false;
    // Until a sign tells the encodings apart all of them are ASCII.
    yield decoder === undefined ? Buffer.from(piece.bytes).toString('latin1') : decode(decoder, piece.bytes);
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

/** Pieces that are large enough to judge by. */
async function* pieces(content: AsyncIterable<Uint8Array>): AsyncGenerator<Piece> {
  let gathered: Uint8Array[] = [];
  let size = 0;
  for await (const bytes of content) {
    gathered.push(bytes);
    size += bytes.byteLength;
    if (size < JUDGED_BYTES) continue;
    yield { bytes: Buffer.concat(gathered), isLast: false };
    [gathered, size] = [[], 0];
  }
  if (size > 0) yield { bytes: Buffer.concat(gathered), isLast: true };
}

function decoderOf(encoding: string | undefined): TextDecoder | undefined {
  return encoding === undefined ? undefined : new TextDecoder(encoding, { fatal: true });
}

function announcedBy(beginning: Uint8Array): string | undefined {
  const found =
    MARKS.find(({ mark }) => mark.every((byte, index) => beginning[index] === byte)) ??
    ZEROS.find(({ zeros }) => zeros.every((isZero, index) => (beginning[index] === 0) === isZero));
  return found?.encoding;
}

function foundIn({ bytes, isLast }: Piece): string | undefined {
  if (isAscii(bytes)) return undefined;
  return (isLast ? isUtf8(bytes) : beginsAsUtf8(bytes)) ? 'utf-8' : FORMER;
}

/** The last sign may be cut. */
function beginsAsUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true });
    return true;
  } catch {
    return false;
  }
}
