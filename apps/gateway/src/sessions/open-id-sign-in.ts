import { isRecord } from '#libs/contracts';
import { type Telemetry } from '#libs/observability';
import { type OpenIdPeople } from './open-id-people.js';
import { type OpenIdProvider } from './open-id-provider.js';
import { type OpenedSession, type Sessions } from './sessions.js';
import { ownPage, SignInCookie } from './sign-in-cookie.js';

/** Where a browser is led, and what it is to keep. */
export interface Leading {
  readonly url: string;
  readonly cookies: readonly string[];
}

/** Why nobody is signed in, as the dashboard is told. */
type Trouble = 'failed' | 'refused';

interface Parts {
  readonly provider: OpenIdProvider;
  readonly people: Pick<OpenIdPeople, 'keyOf'>;
  readonly sessions: Pick<Sessions, 'openFor'>;
  readonly telemetry: Telemetry;
  readonly publicUrl: string;
}

/** Leads people to the provider and takes in who comes back. Whatever goes wrong leads to the dashboard, which says so. */
export class OpenIdSignIn {
  readonly #parts: Parts;
  readonly #cookie: SignInCookie;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#cookie = new SignInCookie(parts.publicUrl);
  }

  /** Tells whether the provider answers as it should. */
  async look(): Promise<void> {
    const { provider, telemetry } = this.#parts;
    await provider.discover().catch((error: unknown) => {
      telemetry.emit('sign-in.unavailable', { issuer: provider.issuer, reason: reasonOf(error) });
    });
  }

  /** To the provider. */
  async begin(query: URLSearchParams): Promise<Leading> {
    const page = ownPage(query.get('page'), this.#parts.publicUrl);
    try {
      const { url, check } = await this.#parts.provider.begin();
      return { url: url.href, cookies: [this.#cookie.setting({ ...check, page })] };
    } catch (error) {
      return this.#trouble('failed', reasonOf(error));
    }
  }

  /** Back to the page where it began, with a session. */
  async finish(query: URLSearchParams, cookies: string | undefined): Promise<Leading> {
    const begun = this.#cookie.read(cookies);
    if (begun === undefined)
      return this.#trouble('failed', 'It was not begun with this browser, or more than 10 minutes ago.');
    try {
      const claims = await this.#parts.provider.finish(query.toString(), begun);
      const key = await this.#parts.people.keyOf(claims);
      if (key === undefined) return this.#trouble('refused', `${claims.sub} has none of the roles in OIDC_ROLES.`);
      const { cookie }: OpenedSession = await this.#parts.sessions.openFor(key, 'GET /v1/session/openid/callback');
      return { url: ownPage(begun.page, this.#parts.publicUrl), cookies: [cookie, this.#cookie.clearing()] };
    } catch (error) {
      return this.#trouble('failed', reasonOf(error));
    }
  }

  #trouble(trouble: Trouble, reason: string): Leading {
    this.#parts.telemetry.emit('sign-in.failed', { reason });
    return { url: new URL(`/?trouble=${trouble}`, this.#parts.publicUrl).href, cookies: [this.#cookie.clearing()] };
  }
}

/** What went wrong, with all that it came of: an error of the library seldom says enough by itself. */
function reasonOf(problem: unknown): string {
  if (!isRecord(problem) || typeof problem['message'] !== 'string') return String(problem);
  const { message, error: answered, cause } = problem;
  const said = typeof answered === 'string' ? `${message} (${answered})` : message;
  return isRecord(cause) && 'message' in cause ? `${said}: ${reasonOf(cause)}` : said;
}
