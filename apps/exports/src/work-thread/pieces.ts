/** The same bytes in pieces of this size, but for the last. A piece is good until the next one is asked for. */
export async function* piecesOf(content: AsyncIterable<Uint8Array>, pieceBytes: number): AsyncGenerator<Uint8Array> {
  const piece = new Uint8Array(pieceBytes);
  let used = 0;
  for await (const bytes of content) {
    for (let at = 0; at < bytes.byteLength;) {
      const part = bytes.subarray(at, at + pieceBytes - used);
      piece.set(part, used);
      [at, used] = [at + part.byteLength, used + part.byteLength];
      if (used < pieceBytes) continue;
      yield piece;
      used = 0;
    }
  }
  if (used > 0) yield piece.subarray(0, used);
}
