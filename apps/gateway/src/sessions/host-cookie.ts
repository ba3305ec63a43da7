/** What sets a cookie apart. */
export interface CookieKind {
  readonly name: string;
  /** `Lax` comes along when another site leads here, `Strict` does not. */
  readonly sameSite: 'Strict' | 'Lax';
}

/**
 * A cookie that no script reads. Browsers send it to every port of a host, so its name has the port: suites beside each other do
 * not sign one another out. Where all is HTTPS the prefix `__Host-` keeps other hosts of the domain from setting one.
 */
export class HostCookie {
  readonly #name: string;
  readonly #attributes: string;

  constructor(publicUrl: string, { name, sameSite }: CookieKind) {
    const { protocol, port } = new URL(publicUrl);
    const isSecure = protocol === 'https:';
    this.#name = `${isSecure ? '__Host-' : ''}${name}${port === '' ? '' : `-${port}`}`;
    this.#attributes = `Path=/; HttpOnly; SameSite=${sameSite}${isSecure ? '; Secure' : ''}`;
  }

  /** What a `Cookie` header has under the name. */
  valueIn(header: string | undefined): string | undefined {
    const cookies = (header ?? '').split(';').map((pair) => pair.trim().split('='));
    return cookies.find(([name]) => name === this.#name)?.[1];
  }

  /** The `Set-Cookie` header of a value without characters that end one. */
  setting(value: string, lifetimeMs: number): string {
    return `${this.#name}=${value}; ${this.#attributes}; Max-Age=${lifetimeMs / 1_000}`;
  }

  /** The `Set-Cookie` header that makes a browser forget it. */
  clearing(): string {
    return `${this.#name}=; ${this.#attributes}; Max-Age=0`;
  }
}
