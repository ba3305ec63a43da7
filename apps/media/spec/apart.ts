/** How far two frames of one size are apart, byte by byte: 0 to 255. */
export function apart(a: Buffer, b: Buffer = Buffer.alloc(0)): number {
  if (a.length !== b.length)
    throw new Error(`Expected frames of one size, got ${String(a.length)} and ${String(b.length)} bytes`);
  return a.reduce((sum, byte, at) => sum + Math.abs(byte - (b[at] ?? 0)), 0) / a.length;
}
