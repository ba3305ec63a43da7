import { isAscii } from 'node:buffer';
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
const LAST_OF_ASCII = 0x7f;
/** An NDJSON, which is UTF-8 unless it says that it is UTF-16 (RFC 8259). */
const OPENS_OBJECT = /^[ \t\r\n]*\{/;

interface Piece {
  readonly bytes: Uint8Array;
  /** What comes after it cannot end a sign that is cut. */
  readonly isLast: boolean;
}

/**
 * The text of a source in pieces. Its encoding is that of its byte order mark, else UTF-16 when it begins with two signs of ASCII in it,
 * else UTF-8 when it is an NDJSON or its first sign beyond ASCII is that, else Windows-1252, which programs on Windows write.
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
  if (found !== undefined) return found.encoding;
  return OPENS_OBJECT.test(Buffer.from(beginning).toString('latin1')) ? 'utf-8' : undefined;
}

// By one sign: a wrong one further on must not make something else of all that was right before it.
function foundIn({ bytes, isLast }: Piece): string | undefined {
  if (isAscii(bytes)) return undefined;
  const begins = bytes.findIndex((byte) => byte > LAST_OF_ASCII);
  const sign = bytes.subarray(begins, begins + lengthOfSign(bytes[begins] ?? 0));
  return isUtf8Sign(sign, isLast) ? 'utf-8' : FORMER;
}

/** What the first byte of a sign in UTF-8 says of how many it has. */
function lengthOfSign(first: number): number {
  if (first >= 0xf0) return 4;
  return first >= 0xe0 ? 3 : 2;
}

/** A sign may be cut by the end of a piece that is not the last. */
function isUtf8Sign(sign: Uint8Array, isLast: boolean): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(sign, { stream: !isLast });
    return true;
  } catch {
    return false;
  }
}
