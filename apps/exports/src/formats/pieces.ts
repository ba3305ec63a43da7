const PIECE_CHARACTERS = 256 * 1_024;

/** Rows as bytes in UTF-8, in pieces of about 256 KiB or of one row: a batch of long rows is never one text. */
export function* pieces<T>(rows: Iterable<T>, write: (row: T) => string): Generator<Buffer> {
  let text = '';
  for (const row of rows) {
    text += write(row);
    if (text.length < PIECE_CHARACTERS) continue;
    yield Buffer.from(text);
    text = '';
  }
  if (text !== '') yield Buffer.from(text);
}
