import { DURATION_FORM, type Duration } from '#libs/contracts';
import { RESOURCES_SCHEMA, type WrittenResource } from './resources-schema.js';
import { closed, NAME, oneOfTypes, TEXT, type TypeFields } from './schema-parts.js';

/** Where a secret is: it never stands in the file itself. */
export type SecretPlace = { readonly env: string } | { readonly file: string };

/** How a connection proves who calls. */
export type WrittenAuth =
  | { readonly type: 'bearer'; readonly token: SecretPlace }
  | { readonly type: 'basic'; readonly user: string; readonly password: SecretPlace }
  | { readonly type: 'api-key'; readonly header: string; readonly key: SecretPlace }
  | {
      readonly type: 'oauth2';
      readonly tokenUrl: string;
      readonly clientId: string;
      readonly clientSecret: SecretPlace;
      readonly scope?: string;
      readonly audience?: string;
    };

/** What an operator says of how much a dependency bears, and when it is down. */
export interface WrittenTerms {
  readonly limits?: { readonly concurrency?: number; readonly perSecond?: number };
  readonly breaker?: {
    readonly failureShare?: number;
    readonly leastCalls?: number;
    readonly open?: Duration;
    readonly longestOpen?: Duration;
  };
}

/** The stages of a call that may take only so long. */
const TIMEOUTS = ['connect', 'tls', 'headers', 'idle', 'total'] as const;

/** A connection as an operator writes it. */
export interface WrittenConnection extends WrittenTerms {
  readonly baseUrl: string;
  readonly description?: string;
  readonly tenants?: readonly string[];
  readonly auth?: WrittenAuth;
  readonly headers?: Readonly<Record<string, string>>;
  readonly allow?: readonly { readonly methods?: readonly string[]; readonly paths?: readonly string[] }[];
  readonly timeouts?: Readonly<Partial<Record<(typeof TIMEOUTS)[number], Duration>>>;
  readonly maxBytes?: number;
  readonly resources?: Readonly<Record<string, WrittenResource>>;
  readonly retry?: {
    readonly temporary?: readonly number[];
    readonly permanent?: readonly number[];
    readonly maxRetryAfter?: Duration;
  };
}

/** The file as an operator writes it, checked by {@link CONNECTIONS_SCHEMA}. */
export interface ConnectionsFile {
  readonly connections?: Readonly<Record<string, WrittenConnection>>;
  /** By `host:port`, `host`, or `*` for all that are not named, of calls without a connection. */
  readonly hosts?: Readonly<Record<string, WrittenTerms>>;
}

const HTTP_URL = { type: 'string', pattern: '^https?://[^\\s?#@]+$' } as const;
const HEADER_NAME = "^[a-z0-9!#$%&'*+.^_`|~-]+$";
const HEADER_VALUE = '^[\\t\\x20-\\x7e]*$';
const LARGEST_ANSWER = 67_108_864;
const MOST_CALLS = 100_000;
/** As URLs normalise it, an IPv6 address in brackets. */
const HOST = '^(?:\\*|(?:[a-z0-9.-]+|\\[[0-9a-f:]+\\])(?::[0-9]{1,5})?)$';
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;
const DURATION = {
  anyOf: [
    { type: 'integer', minimum: 1 },
    { type: 'string', pattern: '^\\d+(\\.\\d+)?(ms|s|m|h)$' },
  ],
  description: DURATION_FORM,
};
const STATUSES = { type: 'array', items: { type: 'integer', minimum: 300, maximum: 599 } } as const;

const SECRET = { ...closed({ env: TEXT, file: TEXT }), minProperties: 1, maxProperties: 1 };
const AUTH_FIELDS: Readonly<Record<WrittenAuth['type'], TypeFields>> = {
  bearer: { required: ['token'], optional: [] },
  basic: { required: ['user', 'password'], optional: [] },
  'api-key': { required: ['header', 'key'], optional: [] },
  oauth2: { required: ['tokenUrl', 'clientId', 'clientSecret'], optional: ['scope', 'audience'] },
};
const AUTH = oneOfTypes(AUTH_FIELDS, {
  ...{ token: SECRET, password: SECRET, key: SECRET, clientSecret: SECRET },
  ...{ user: { type: 'string', pattern: '^[^:]+$' }, header: { type: 'string', pattern: HEADER_NAME } },
  ...{ tokenUrl: HTTP_URL, clientId: TEXT, scope: TEXT, audience: TEXT },
});

const TERMS = {
  limits: closed({
    concurrency: { type: 'integer', minimum: 1, maximum: MOST_CALLS },
    perSecond: { type: 'number', exclusiveMinimum: 0, maximum: MOST_CALLS },
  }),
  breaker: closed({
    failureShare: { type: 'number', exclusiveMinimum: 0, exclusiveMaximum: 1 },
    leastCalls: { type: 'integer', minimum: 1, maximum: 1_000 },
    open: DURATION,
    longestOpen: DURATION,
  }),
};

/** JSON Schema of the file of connections. */
export const CONNECTIONS_SCHEMA = closed({
  hosts: {
    type: 'object',
    propertyNames: { pattern: HOST },
    additionalProperties: closed(TERMS),
  },
  connections: {
    type: 'object',
    propertyNames: { pattern: NAME },
    additionalProperties: closed(
      {
        baseUrl: HTTP_URL,
        description: TEXT,
        tenants: { type: 'array', items: TEXT },
        auth: AUTH,
        headers: {
          type: 'object',
          propertyNames: { pattern: HEADER_NAME },
          additionalProperties: { type: 'string', pattern: HEADER_VALUE },
        },
        allow: {
          type: 'array',
          items: closed({
            methods: { type: 'array', minItems: 1, items: { enum: METHODS } },
            paths: { type: 'array', minItems: 1, items: { type: 'string', pattern: '^/' } },
          }),
        },
        timeouts: closed(Object.fromEntries(TIMEOUTS.map((name) => [name, DURATION]))),
        maxBytes: { type: 'integer', minimum: 1, maximum: LARGEST_ANSWER },
        ...TERMS,
        resources: RESOURCES_SCHEMA,
        retry: closed({ temporary: STATUSES, permanent: STATUSES, maxRetryAfter: DURATION }),
      },
      ['baseUrl'],
    ),
  },
});
