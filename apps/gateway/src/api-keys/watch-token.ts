import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';

/** Signatures made with this purpose open nothing else that the secret signs. */
const PURPOSE = 'leveret watch tokens, version 1';
const PREFIX = 'lvw.';
const LIFETIME_MS = 15 * 60_000;
const FORM = /^lvw\.([A-Za-z0-9_-]{1,300})\.([A-Za-z0-9_-]{43})$/;

/** What a watch token opens: one job, to watch, while the key that asked for it is in force. */
export interface WatchGrant {
  readonly jobId: string;
  readonly apiKeyId: string;
}

/** A grant and its end. */
export interface TimedGrant extends WatchGrant {
  readonly until: Date;
}

/** Makes and checks the tokens that a backend hands to a browser to watch one job. */
export class WatchTokens {
  readonly #secret: Buffer;

  constructor(secret: string) {
    this.#secret = Buffer.from(hkdfSync('sha256', secret, '', PURPOSE, 32));
  }

  /** True for a text that begins as a watch token does. */
  static looksLike(text: string): boolean {
    return text.startsWith(PREFIX);
  }

  /** A token that is good for 15 minutes. */
  issue({ jobId, apiKeyId }: WatchGrant, now: Date = new Date()): string {
    const expires = Math.floor((now.getTime() + LIFETIME_MS) / 1_000);
    const body = Buffer.from([jobId, apiKeyId, expires].join(' ')).toString('base64url');
    return `${PREFIX}${body}.${this.#signature(body)}`;
  }

  /** What a token opens; undefined when it was not issued here, was changed, or has run out. */
  verify(token: string, now: Date = new Date()): TimedGrant | undefined {
    const [, body = '', signature = ''] = FORM.exec(token) ?? [];
    if (!this.#isSigned(body, signature)) return undefined;
    const [jobId = '', apiKeyId = '', expires = ''] = Buffer.from(body, 'base64url').toString().split(' ');
    const until = new Date(Number(expires) * 1_000);
    return until > now ? { jobId, apiKeyId, until } : undefined;
  }

  #isSigned(body: string, signature: string): boolean {
    const [given, expected] = [Buffer.from(signature), Buffer.from(this.#signature(body))];
    return given.length === expected.length && timingSafeEqual(given, expected);
  }

  #signature(body: string): string {
    return createHmac('sha256', this.#secret).update(body).digest('base64url');
  }
}
