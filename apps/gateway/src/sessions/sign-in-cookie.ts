import { isRecord } from '#libs/contracts';
import { HostCookie } from './host-cookie.js';

const LIFETIME_MS = 10 * 60_000;
const MAX_ADDRESS = 1_000;

/** What has to be true of who comes back from a provider. */
export interface SignInCheck {
  readonly state: string;
  readonly nonce: string;
  /** Of PKCE: proves that whoever has the code is who asked for it. */
  readonly verifier: string;
}

/** A sign-in that is under way. */
export interface SignInUnderWay extends SignInCheck {
  /** The address of the page that is to be shown then. */
  readonly page: string;
}

/**
 * Keeps a sign-in that is under way with the browser that has begun it. It comes along when the provider leads back here, so it is
 * `Lax`; it opens nothing by itself.
 */
export class SignInCookie {
  readonly #cookie: HostCookie;

  constructor(publicUrl: string) {
    this.#cookie = new HostCookie(publicUrl, { name: 'leveret-sign-in', sameSite: 'Lax' });
  }

  setting(signIn: SignInUnderWay): string {
    return this.#cookie.setting(Buffer.from(JSON.stringify(signIn)).toString('base64url'), LIFETIME_MS);
  }

  clearing(): string {
    return this.#cookie.clearing();
  }

  /** The sign-in in a `Cookie` header; undefined when there is none. */
  read(header: string | undefined): SignInUnderWay | undefined {
    try {
      const text = Buffer.from(this.#cookie.valueIn(header) ?? '', 'base64url').toString();
      const value: unknown = JSON.parse(text);
      return isSignIn(value) ? value : undefined;
    } catch {
      return undefined;
    }
  }
}

/**
 * The whole address of a page of the gateway itself, whatever is given: `//elsewhere` and `https://elsewhere` are none. It is led to
 * as it is: a path that is made an address of once more may be one elsewhere, as that of `/.//elsewhere` is.
 */
export function ownPage(given: unknown, publicUrl: string): string {
  const { origin, href } = new URL('/', publicUrl);
  if (typeof given !== 'string' || given.length > MAX_ADDRESS || !URL.canParse(given, publicUrl)) return href;
  const page = new URL(given, publicUrl);
  const isOwn = page.origin === origin && !page.pathname.startsWith('//');
  return isOwn ? `${origin}${page.pathname}${page.search}` : href;
}

function isSignIn(value: unknown): value is SignInUnderWay {
  return isRecord(value) && [value['state'], value['nonce'], value['verifier'], value['page']].every(isText);
}

function isText(value: unknown): boolean {
  return typeof value === 'string';
}
