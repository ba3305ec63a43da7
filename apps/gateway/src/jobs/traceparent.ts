const FORM = /^[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

/** A W3C trace context; null for what is none. */
export function readTraceparent(header: unknown): string | null {
  return typeof header === 'string' && FORM.test(header) ? header : null;
}
