import { unauthenticated } from '../http/problem.js';
import { type ApiKeyStore } from '../ledger/api-key.store.js';
import { type Authenticator, bearerOf, callerOf } from './authenticator.js';
import { type Caller } from './caller.js';
import { WatchTokens } from './watch-token.js';

/** Finds out who wants to watch: the holder of an API key, or of the watch token of one job. */
export class WatchAuthenticator {
  constructor(
    private readonly authenticator: Pick<Authenticator, 'authenticate'>,
    private readonly tokens: WatchTokens,
    private readonly keys: Pick<ApiKeyStore, 'find'>,
  ) {}

  /**
   * The caller whom an `Authorization` header names.
   * @throws Problem 401 without a key or token that is in force, 429 after too many tries from the address
   */
  async authenticate(header: string | undefined, address: string): Promise<Caller> {
    const token = header === undefined ? '' : bearerOf(header);
    return WatchTokens.looksLike(token) ? this.#holderOf(token) : this.authenticator.authenticate(header, address);
  }

  /** A token is worth as much as the key that it was issued for: nothing, when that has been revoked. */
  async #holderOf(token: string): Promise<Caller> {
    const grant = this.tokens.verify(token);
    const key = grant === undefined ? undefined : await this.keys.find(grant.apiKeyId);
    if (grant === undefined || key === undefined) {
      throw unauthenticated('The watch token is unknown, has run out, or its API key has been revoked.');
    }
    const { jobId, until } = grant;
    return { ...callerOf(key), scopes: [], watch: { jobId, until } };
  }
}
