import { type Readable } from 'node:stream';

const ENOUGH = 4_096;

/** The first bytes of an answer that is no success, for its error; nothing when they cannot be had. */
export async function beginningOf(body: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of body) {
      chunks.push(chunk as Buffer);
      if (Buffer.concat(chunks).length >= ENOUGH) break;
    }
  } catch {
    // The status says what matters.
  }
  return Buffer.concat(chunks).subarray(0, ENOUGH);
}
