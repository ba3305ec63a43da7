import { isTenantName, type Scope, SCOPES } from '#libs/contracts';
import { listOf, matching } from './parsers.js';
import { orNull, type Parser, setting } from './setting.js';

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];
const ROLE = /^([^=,]{1,200})=([^:=,]+):([^=,]+)$/;

/** Without one of these somebody could sign in, and see nothing. */
const READING: readonly Scope[] = ['admin', 'jobs:read', 'jobs:outline'];

/** What whoever has a value of the claim may do, and in which tenant. */
export interface OpenIdRole {
  readonly claimed: string;
  readonly tenant: string;
  readonly scopes: readonly Scope[];
}

/** An issuer: tokens and secrets go there, so it is HTTPS, except on this machine. */
const issuer: Parser<string> = (text) => {
  const { protocol, hostname, search, hash, username } = URL.canParse(text) ? new URL(text) : new URL('none:');
  const isSafe = protocol === 'https:' || (protocol === 'http:' && LOOPBACK.includes(hostname));
  return isSafe && search === '' && hash === '' && username === '' ? { ok: true, value: text } : { ok: false };
};

/** A role: `ops=default:admin`, `support=acme:jobs:outline+jobs:write`. */
const role: Parser<OpenIdRole> = (text) => {
  const [, claimed = '', tenant = '', listed = ''] = ROLE.exec(text) ?? [];
  const names = listed.split('+');
  const scopes = SCOPES.filter((scope) => names.includes(scope));
  const isRole =
    isTenantName(tenant) && scopes.length === names.length && scopes.some((scope) => READING.includes(scope));
  return isRole ? { ok: true, value: { claimed, tenant, scopes } } : { ok: false };
};

/** What signing in at an OpenID Connect provider takes, in the order of the documentation. */
export const OPEN_ID_SETTINGS = {
  OIDC_ISSUER: setting<string | null>({
    means:
      'The OpenID Connect provider at which people may sign in to the dashboard, beside signing in with an API key.',
    allowed:
      'its issuer: an https:// URL without query, exactly as the provider writes it; http:// on this machine alone',
    takenBy: 'gateway',
    parse: orNull(issuer),
    fallback: { value: null, shown: 'none: with API keys alone' },
  }),
  OIDC_CLIENT_ID: setting<string | null>({
    means: 'What the provider calls the gateway; its redirect URI there is PUBLIC_URL/v1/session/openid/callback.',
    allowed: '1 to 200 visible ASCII characters',
    takenBy: 'gateway',
    parse: orNull(matching(/^[\x21-\x7E]{1,200}$/)),
    fallback: { value: null, shown: 'none' },
  }),
  OIDC_CLIENT_SECRET: setting<string | null>({
    means: 'What the gateway proves itself to the provider with; without it, it is a public client.',
    allowed: '1 to 1000 printable ASCII characters',
    takenBy: 'gateway',
    parse: orNull(matching(/^[\x20-\x7E]{1,1000}$/)),
    fallback: { value: null, shown: 'none' },
    secret: true,
  }),
  OIDC_SCOPE: setting({
    means: 'What the gateway asks the provider to tell of who signs in.',
    allowed: 'scopes of the provider with spaces between them, openid among them',
    takenBy: 'gateway',
    parse: matching(/^(?:[\x21\x23-\x5B\x5D-\x7E]+ )*openid(?: [\x21\x23-\x5B\x5D-\x7E]+)*$/),
    fallback: { value: 'openid profile email', shown: 'openid profile email' },
  }),
  OIDC_CLAIM: setting({
    means: 'The claim that says what somebody may do: a text, or a list of texts such as groups.',
    allowed: '1 to 200 visible ASCII characters',
    takenBy: 'gateway',
    parse: matching(/^[\x21-\x7E]{1,200}$/),
    fallback: { value: 'groups', shown: 'groups' },
  }),
  OIDC_ROLES: setting<readonly OpenIdRole[]>({
    means: 'What is given to whom, by a value of the claim: the first that fits counts, and who has none is refused.',
    allowed: `value=tenant:scope+scope with commas between them, e.g. ops=default:admin,support=acme:jobs:outline+jobs:write; scopes are ${SCOPES.join(', ')}, one of ${READING.join(', ')} among them`,
    takenBy: 'gateway',
    parse: listOf(role),
    fallback: { value: [], shown: 'none' },
  }),
} as const;
