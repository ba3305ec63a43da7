/** How long a session lasts, whatever is done in it. */
export const SESSION_LIFETIME_MS = 12 * 3_600_000;

const TOKEN = /^[A-Za-z0-9_-]{43}$/;

/**
 * The cookie of a session. Browsers send it to every port of a host, so its name has the port: suites beside each other do
 * not sign one another out. Where all is HTTPS the prefix `__Host-` keeps other hosts of the domain from setting one.
 */
export class SessionCookie {
  readonly #name: string;
  readonly #attributes: string;

  constructor(publicUrl: string) {
    const { protocol, port } = new URL(publicUrl);
    const isSecure = protocol === 'https:';
    this.#name = `${isSecure ? '__Host-' : ''}leveret-session${port === '' ? '' : `-${port}`}`;
    this.#attributes = `Path=/; HttpOnly; SameSite=Strict${isSecure ? '; Secure' : ''}`;
  }

  /** The token in a `Cookie` header; undefined when there is none that can be ours. */
  tokenIn(header: string | undefined): string | undefined {
    const cookies = (header ?? '').split(';').map((pair) => pair.trim().split('='));
    const token = cookies.find(([name]) => name === this.#name)?.[1];
    return token !== undefined && TOKEN.test(token) ? token : undefined;
  }

  /** The `Set-Cookie` header that opens a session. */
  opening(token: string): string {
    return `${this.#name}=${token}; ${this.#attributes}; Max-Age=${SESSION_LIFETIME_MS / 1_000}`;
  }

  /** The `Set-Cookie` header that makes a browser forget its session. */
  closing(): string {
    return `${this.#name}=; ${this.#attributes}; Max-Age=0`;
  }
}
