import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  calculatePKCECodeChallenge,
  type Configuration,
  discovery,
  enableNonRepudiationChecks,
  fetchUserInfo,
  None,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
} from 'openid-client';
import { type OpenIdConfig } from '#libs/config';
import { type SignInCheck } from './sign-in-cookie.js';

const PATIENCE_S = 10;

/** The claims that somebody is named by: the first that there is. */
export const NAMING_CLAIMS = ['email', 'preferred_username', 'name'] as const;

/** What a provider tells of somebody. */
export type Claims = Readonly<Record<string, unknown>> & { readonly sub: string };

/**
 * An OpenID Connect provider, by the authorization code flow with PKCE, state and nonce. What it is like is asked when that is
 * needed first, and asked again as long as it does not answer: jobs do not wait for it.
 */
export class OpenIdProvider {
  readonly #config: OpenIdConfig;
  readonly #redirectUri: string;
  #known: Promise<Configuration> | undefined;

  /** @param redirectUri where it sends people back to */
  constructor(config: OpenIdConfig, redirectUri: string) {
    this.#config = config;
    this.#redirectUri = redirectUri;
  }

  get issuer(): string {
    return this.#config.issuer;
  }

  /** Asks what the provider is like. @throws when it does not answer, or is not the one that the settings name */
  async discover(): Promise<void> {
    await this.#discovered();
  }

  /** Where somebody signs in, and what has to be true of who comes back. */
  async begin(): Promise<{ readonly url: URL; readonly check: SignInCheck }> {
    const check = { state: randomState(), nonce: randomNonce(), verifier: randomPKCECodeVerifier() };
    const url = buildAuthorizationUrl(await this.#discovered(), {
      ...{ redirect_uri: this.#redirectUri, scope: this.#config.scope, state: check.state, nonce: check.nonce },
      ...{ code_challenge: await calculatePKCECodeChallenge(check.verifier), code_challenge_method: 'S256' },
    });
    return { url, check };
  }

  /**
   * Who has come back. What the ID token does not tell is asked from the provider, when it says where.
   * @param query with which they came
   * @throws when it is not who was sent there, or the provider does not confirm it
   */
  async finish(query: string, { state, nonce, verifier }: SignInCheck): Promise<Claims> {
    const provider = await this.#discovered();
    const answer = new URL(`${this.#redirectUri}?${query}`);
    const checks = { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce, idTokenExpected: true };
    const tokens = await authorizationCodeGrant(provider, answer, checks);
    const claims = tokens.claims();
    if (claims === undefined) throw new Error('The provider gave no ID token.');
    const hasRole = claims[this.#config.claim] !== undefined;
    const isWhole = hasRole && claims[NAMING_CLAIMS[0]] !== undefined;
    if (isWhole || provider.serverMetadata().userinfo_endpoint === undefined) return claims;
    const told = fetchUserInfo(provider, tokens.access_token, claims.sub);
    // Where the ID token has told the role an answer would tell a better name alone: that it fails keeps nobody out.
    return { ...(await (hasRole ? told.catch(() => ({})) : told)), ...claims };
  }

  #discovered(): Promise<Configuration> {
    const { issuer, clientId, clientSecret } = this.#config;
    const server = new URL(issuer);
    // An ID token comes straight from the provider; that it has signed it is looked at nevertheless.
    const execute = [enableNonRepudiationChecks];
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- only to be conspicuous; the settings take http:// of this machine alone
    if (server.protocol === 'http:') execute.push(allowInsecureRequests);
    const options = { execute, timeout: PATIENCE_S };
    const known = (this.#known ??=
      clientSecret === null
        ? discovery(server, clientId, undefined, None(), options)
        : discovery(server, clientId, clientSecret, undefined, options));
    known.catch(() => {
      if (this.#known === known) this.#known = undefined;
    });
    return known;
  }
}
