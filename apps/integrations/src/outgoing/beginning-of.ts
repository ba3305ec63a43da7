import { type Readable } from 'node:stream';

/** Whoever answers what has begun and does not end is not waited for. */
const LONGEST_WAIT_MS = 1_000;

/** The first bytes of an answer of which no more matters: those that come soon and can be read. Never rejects. */
export async function beginningOf(body: Readable, enough: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  const late = setTimeout(() => body.destroy(), LONGEST_WAIT_MS);
  try {
    for await (const chunk of body) {
      chunks.push(chunk as Buffer);
      bytes += (chunk as Buffer).length;
      if (bytes >= enough) break;
    }
  } catch {
    // What came until then is told.
  } finally {
    clearTimeout(late);
    body.destroy();
  }
  return Buffer.concat(chunks).subarray(0, enough);
}
