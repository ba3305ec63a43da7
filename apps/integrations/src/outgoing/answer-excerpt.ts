import { type Readable } from 'node:stream';
import { beginningOf } from './beginning-of.js';

const LONGEST_EXCERPT = 1_000;

/** The beginning of an answer's text; null when there is none, when it does not come soon, or cannot be read. Never rejects. */
export async function excerptOf(body: Readable): Promise<string | null> {
  const text = (await beginningOf(body, LONGEST_EXCERPT)).toString('utf8').trim();
  return text === '' ? null : text;
}
