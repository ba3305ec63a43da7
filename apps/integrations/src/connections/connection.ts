import { type CallLimits, type DependencyTerms } from '#libs/egress';
import { type Resource } from './resource.js';

/** How a connection proves who calls, with its secrets. */
export type Authentication =
  | { readonly type: 'none' }
  /** Headers that are always the same. */
  | { readonly type: 'fixed'; readonly headers: Readonly<Record<string, string>> }
  | { readonly type: 'oauth2'; readonly client: OAuthClient };

/** A client of OAuth 2 that has credentials of its own. */
export interface OAuthClient {
  readonly tokenUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scope: string | null;
  readonly audience: string | null;
}

/** Calls of these methods to these paths; null: all of them. */
export interface CallRule {
  readonly methods: readonly string[] | null;
  /** Begin with a slash, behind the base URL. `*` stands for one segment, `**` at the end for all that follow. */
  readonly paths: readonly string[] | null;
}

/** An API of others, as the operator has set it up. */
export interface Connection {
  readonly name: string;
  /** Without a slash at its end. */
  readonly baseUrl: string;
  readonly authentication: Authentication;
  /** Sent with every call; names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** What jobs may call; null: everything below the base URL. */
  readonly rules: readonly CallRule[] | null;
  readonly limits: Partial<CallLimits>;
  /** What all processes together may ask of it, and when it is down. */
  readonly terms: DependencyTerms;
  /** What syncs read, by its name. */
  readonly resources: ReadonlyMap<string, Resource>;
  /** Statuses that are tried again, or are not, though others of their kind are treated otherwise. */
  readonly temporary: readonly number[];
  readonly permanent: readonly number[];
  /** The longest wait that the host may ask for. */
  readonly maxRetryAfterMs: number;
  /** What must appear nowhere: its secrets in the forms in which they are sent. */
  readonly secrets: readonly string[];
}
