/** The same bytes in pieces of at least this size but for the last; each piece is a memory of its own. */
export async function* gathered(
  content: AsyncIterable<Uint8Array>,
  pieceBytes: number,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  let parts: Uint8Array[] = [];
  let size = 0;
  for await (const bytes of content) {
    parts.push(bytes);
    size += bytes.byteLength;
    if (size < pieceBytes) continue;
    yield joined(parts, size);
    [parts, size] = [[], 0];
  }
  if (size > 0) yield joined(parts, size);
}

function joined(parts: readonly Uint8Array[], size: number): Uint8Array<ArrayBuffer> {
  const piece = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    piece.set(part, at);
    at += part.byteLength;
  }
  return piece;
}
