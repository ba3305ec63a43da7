import { type Scope } from '#libs/contracts';
import { type Http } from '../http/http.js';
import { Listing, type PageQuery } from '../http/listing.js';
import { type CallOptions } from '../options.js';

/** What the requests and jobs of a key may at most; null is no limit. */
export interface KeyLimits {
  /** Requests in a second, over all gateways. */
  readonly requestsPerSecond: number | null;
  /** Jobs that came with the key and have not ended. */
  readonly maxOpenJobs: number | null;
  /** The highest priority that its jobs may have. */
  readonly maxPriority: number | null;
}

/** An API key to be made. Without limits it has none. */
export interface ApiKeyRequest extends Partial<KeyLimits> {
  /** What it is for; for people to read. */
  readonly name: string;
  readonly tenant: string;
  readonly scopes: readonly Scope[];
}

/** An API key, without its secret. */
export interface ApiKey extends KeyLimits {
  readonly id: string;
  readonly name: string;
  readonly tenant: string;
  readonly scopes: readonly string[];
  /** The last characters of the secret. */
  readonly hint: string;
  /** Set by the gateway's `ADMIN_API_KEY`, so that it cannot be revoked here. */
  readonly isConfigured: boolean;
  readonly createdAt: string;
  readonly lastUsedAt: string | null;
}

/** An API key that was just made. */
export interface NewApiKey extends ApiKey {
  /** The key itself. It is shown this once. */
  readonly secret: string;
}

/** API keys. They need an admin key. */
export class ApiKeys {
  readonly #http: Http;

  /** @internal */
  constructor(http: Http) {
    this.#http = http;
  }

  /** Creates a key. Its secret is in this answer and nowhere else. */
  create(request: ApiKeyRequest, options?: CallOptions): Promise<NewApiKey> {
    return this.#http.json({ method: 'POST', path: '/v1/api-keys', json: request, options });
  }

  /** Lists the keys in force, newest first. */
  list(query: PageQuery & { readonly tenant?: string } = {}, options?: CallOptions): Listing<ApiKey> {
    return new Listing(this.#http, { method: 'GET', path: '/v1/api-keys', query: { ...query }, options });
  }

  /** Changes the name or the limits of a key, everywhere within 5 s. */
  update(id: string, change: Partial<KeyLimits> & { readonly name?: string }, options?: CallOptions): Promise<ApiKey> {
    return this.#http.json({ method: 'PATCH', path: pathOf(id), json: change, repeatable: true, options });
  }

  /** Revokes a key, everywhere within 5 s. */
  revoke(id: string, options?: CallOptions): Promise<void> {
    return this.#http.nothing({ method: 'DELETE', path: pathOf(id), options });
  }
}

function pathOf(id: string): string {
  return `/v1/api-keys/${encodeURIComponent(id)}`;
}
