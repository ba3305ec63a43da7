const SECRET_NAME = /authorization|password|passwd|secret|token|api[-_]?key|cookie/i;
const MAX_DEPTH = 8;
const MASK = '***';

/**
 * A copy of a log line's fields in which the value of everything named like a secret, at any depth, is masked. Errors
 * become plain objects; what lies deeper than eight levels is left out, so that a cycle ends.
 */
export function redacted(fields: object): Record<string, unknown> {
  return redactedEntries(fields, MAX_DEPTH);
}

function redactedEntries(fields: object, depth: number): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, SECRET_NAME.test(name) ? MASK : redactedValue(value, depth)]),
  );
}

function redactedValue(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (depth === 0) return '[deeper]';
  if (value instanceof Error) return describeError(value, depth);
  if (Array.isArray(value)) return value.map((item) => redactedValue(item, depth - 1));
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  const plain = plainOf(value);
  return plain === value ? redactedEntries(value, depth - 1) : redactedValue(plain, depth - 1);
}

/** What JSON makes of an object that says it itself, such as a date or a URL. */
function plainOf(value: object): unknown {
  const { toJSON } = value as { readonly toJSON?: (this: object) => unknown };
  return typeof toJSON === 'function' ? toJSON.call(value) : value;
}

function describeError(error: Error, depth: number): Record<string, unknown> {
  const { name, message, stack, cause } = error;
  return {
    type: name,
    message,
    ...('code' in error && { code: error.code }),
    stack,
    ...(cause !== undefined && { cause: redactedValue(cause, depth - 1) }),
  };
}
