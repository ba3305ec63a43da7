import { HostCookie } from './host-cookie.js';

/** How long a session lasts, whatever is done in it. */
export const SESSION_LIFETIME_MS = 12 * 3_600_000;

const TOKEN = /^[A-Za-z0-9_-]{43}$/;

/** The cookie of a session. */
export class SessionCookie {
  readonly #cookie: HostCookie;

  constructor(publicUrl: string) {
    this.#cookie = new HostCookie(publicUrl, { name: 'leveret-session', sameSite: 'Strict' });
  }

  /** The token in a `Cookie` header; undefined when there is none that can be ours. */
  tokenIn(header: string | undefined): string | undefined {
    const token = this.#cookie.valueIn(header);
    return token !== undefined && TOKEN.test(token) ? token : undefined;
  }

  /** The `Set-Cookie` header that opens a session. */
  opening(token: string): string {
    return this.#cookie.setting(token, SESSION_LIFETIME_MS);
  }

  /** The `Set-Cookie` header that makes a browser forget its session. */
  closing(): string {
    return this.#cookie.clearing();
  }
}
