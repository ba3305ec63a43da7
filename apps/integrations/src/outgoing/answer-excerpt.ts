import { type Readable } from 'node:stream';

const LONGEST_EXCERPT = 1_000;
/** Whoever answers what has begun and does not end is not waited for. */
const LONGEST_WAIT_MS = 1_000;

/** The beginning of an answer's text; null when there is none, when it does not come soon, or cannot be read. Never rejects. */
export async function excerptOf(body: Readable): Promise<string | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  const late = setTimeout(() => body.destroy(), LONGEST_WAIT_MS);
  try {
    for await (const chunk of body) {
      chunks.push(chunk as Buffer);
      bytes += (chunk as Buffer).length;
      if (bytes >= LONGEST_EXCERPT) break;
    }
  } catch {
    // What came until then is told.
  } finally {
    clearTimeout(late);
    body.destroy();
  }
  const text = Buffer.concat(chunks).subarray(0, LONGEST_EXCERPT).toString('utf8').trim();
  return text === '' ? null : text;
}
