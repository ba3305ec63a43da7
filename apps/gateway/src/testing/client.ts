import { type ProblemDetails } from '../http/problem.js';
import { ADMIN_KEY } from './real-edge.js';

/** An answer, read whole. */
export interface Answer<T> {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly json: T;
}

/** How a call differs from one with JSON and the admin key. */
export interface CallOptions {
  /** Null: without a key. */
  readonly key?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as it is, instead of JSON. */
  readonly raw?: NonNullable<RequestInit['body']>;
}

/** Calls a gateway as a user does. */
export class Client {
  constructor(private readonly url: string) {}

  get<T = ProblemDetails>(path: string, options: CallOptions = {}): Promise<Answer<T>> {
    return this.call('GET', path, undefined, options);
  }

  post<T = ProblemDetails>(path: string, body: unknown, options: CallOptions = {}): Promise<Answer<T>> {
    return this.call('POST', path, body, options);
  }

  /** The secret of a new key. */
  async newKey(tenant: string, scopes: readonly string[]): Promise<string> {
    return (await this.post<{ secret: string }>('/v1/api-keys', { name: tenant, tenant, scopes })).json.secret;
  }

  async call<T>(method: string, path: string, body: unknown, options: CallOptions = {}): Promise<Answer<T>> {
    const content = options.raw ?? (body === undefined ? undefined : JSON.stringify(body));
    const response = await fetch(new URL(path, this.url), {
      method,
      headers: headersOf(body, options),
      ...(content === undefined ? {} : { body: content }),
    });
    const text = await response.text();
    const isJson = /json/.test(response.headers.get('content-type') ?? '');
    const json = (isJson && text !== '' ? JSON.parse(text) : null) as T;
    return { status: response.status, headers: response.headers, text, json };
  }
}

function headersOf(body: unknown, { key = ADMIN_KEY, headers }: CallOptions): Record<string, string> {
  return {
    ...(key === null ? {} : { authorization: `Bearer ${key}` }),
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    ...headers,
  };
}

/** The paths that a problem names. */
export function pathsOf({ json }: Answer<ProblemDetails>): string[] {
  return (json.errors ?? []).map(({ path }) => path);
}
