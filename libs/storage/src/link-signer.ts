import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import { parseKey, requireKey } from './storage-key.js';

/** Keys of other purposes are derived from the same secret with other labels, so no signature is good for two purposes. */
const PURPOSE = 'leveret file links, version 1';
const EXPIRES = /^[1-9][0-9]{0,11}$/;

/** Signs download links: whoever has the link may read that one file until the link expires. */
export class LinkSigner {
  readonly #secret: Buffer;

  /**
   * @param secret the same in every gateway; links signed with another one are refused
   * @throws {TypeError} when it is empty
   */
  constructor(secret: string) {
    if (secret === '') throw new TypeError('Expected a secret to sign download links with, got an empty one.');
    this.#secret = Buffer.from(hkdfSync('sha256', secret, '', PURPOSE, 32));
  }

  /**
   * The query that opens a file: `expires=<unix seconds>&signature=<base64url>`.
   * @param expiresAt rounded down to a second; @throws {TypeError} when it is no time after 1970, or the key none of ours
   */
  sign(key: string, expiresAt: Date): string {
    requireKey(key);
    const expires = String(Math.floor(expiresAt.getTime() / 1_000));
    if (!EXPIRES.test(expires)) throw new TypeError(`Expected a time at which the link expires, got ${expires}.`);
    return `expires=${expires}&signature=${this.#signature(key, expires)}`;
  }

  /** True while `now` is before the expiry in a query that this secret signed for this key. */
  verify(key: string, query: Readonly<Record<string, unknown>>, now: Date): boolean {
    const { expires, signature } = query;
    if (typeof expires !== 'string' || typeof signature !== 'string') return false;
    if (parseKey(key) === undefined || !EXPIRES.test(expires)) return false;
    return sameText(signature, this.#signature(key, expires)) && now.getTime() < Number(expires) * 1_000;
  }

  #signature(key: string, expires: string): string {
    return createHmac('sha256', this.#secret).update(`${key}\n${expires}`).digest('base64url');
  }
}

/** Compares the text and not the bytes it stands for: base64url has several texts for the same bytes. */
function sameText(given: string, expected: string): boolean {
  if (given.length !== expected.length) return false;
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.byteLength === b.byteLength && timingSafeEqual(a, b);
}
