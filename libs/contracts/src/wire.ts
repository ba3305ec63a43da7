/** The version of every message format here. A reader takes its own and older ones; newer ones are set aside, not guessed at. */
export const WIRE_VERSION = 1;

/** The AMQP header that carries the version. */
export const VERSION_HEADER = 'x-version';

/** Properties of an AMQP message, in the field's own names. */
export interface MessageProperties {
  readonly messageId?: string;
  readonly type?: string;
  readonly contentType?: string;
  readonly priority?: number;
  /** Seconds since 1970, as AMQP has it. */
  readonly timestamp?: number;
  readonly appId?: string;
  readonly userId?: string;
  readonly headers: Readonly<Record<string, unknown>>;
}

/** What decoding gives: the value, or a sentence that says what was expected and what came. */
export type Decoded<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly code: string; readonly reason: string };

export function decoded<T>(value: T): Decoded<T> {
  return { ok: true, value };
}

export function undecodable(code: string, reason: string): Decoded<never> {
  return { ok: false, code, reason };
}

/** Parses a UTF-8 JSON body. */
export function decodeJson(body: Uint8Array): Decoded<unknown> {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    return undecodable('not_utf8', 'Expected a body of UTF-8 JSON; the body is not UTF-8.');
  }
  try {
    return decoded<unknown>(JSON.parse(text));
  } catch {
    return undecodable('not_json', `Expected a body of JSON, got ${String(body.byteLength)} bytes that are none.`);
  }
}

/** Refuses a message whose version this reader does not know. A missing version is version 1. */
export function checkVersion(headers: Readonly<Record<string, unknown>>): Decoded<number> {
  const version = headers[VERSION_HEADER] ?? WIRE_VERSION;
  return typeof version === 'number' && Number.isSafeInteger(version) && version >= 1 && version <= WIRE_VERSION
    ? decoded(version)
    : undecodable(
        'unknown_version',
        `Expected header ${VERSION_HEADER} of at most ${String(WIRE_VERSION)}, got ${JSON.stringify(version)}.`,
      );
}
