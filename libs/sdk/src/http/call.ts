import { type CallOptions } from '../options.js';

/** A value of a query; what is undefined is left out. */
type QueryValue = string | number | boolean | Date | undefined;

/** A body that is sent as it is. */
export interface RawBody {
  readonly content: NonNullable<RequestInit['body']>;
  readonly contentType: string | undefined;
}

/** One call of the gateway. */
export interface Call {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** From `/v1` on, encoded; or a whole link. */
  readonly path: string;
  readonly query?: Readonly<Record<string, QueryValue>>;
  /** Sent as JSON. */
  readonly json?: unknown;
  readonly raw?: RawBody;
  readonly headers?: Readonly<Record<string, string>>;
  /** Makes it safe to send the call again when nobody knows whether it was taken. */
  readonly idempotencyKey?: string;
  /**
   * Whether the call may be sent twice and mean the same.
   * @default true for GET and for calls with an idempotency key
   */
  readonly repeatable?: boolean;
  /** Another bearer than the API key; null: none. */
  readonly bearer?: string | null;
  /** Not sent again: whoever makes the call sees to that. */
  readonly once?: boolean;
  /** Without a limit unless the caller gives one. */
  readonly unlimited?: boolean;
  readonly options?: CallOptions | undefined;
}

/** The call in a word, for messages. */
export function nameOf({ method, path }: Call): string {
  const [withoutSignature = ''] = path.split('?');
  return `${method} ${withoutSignature}`;
}

/** Whether the call changes nothing, so that it does not matter whether it was taken. */
export function isSafe({ method }: Call): boolean {
  return method === 'GET';
}

export function isRepeatable(call: Call): boolean {
  return call.repeatable ?? (isSafe(call) || call.idempotencyKey !== undefined);
}

/** The path and the query of a call. */
export function addressOf({ path, query = {} }: Call): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) parameters.set(name, value instanceof Date ? value.toISOString() : String(value));
  }
  return parameters.size === 0 ? path : `${path}?${parameters.toString()}`;
}
