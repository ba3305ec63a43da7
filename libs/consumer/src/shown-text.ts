/** A value as text, whatever a handler passed: text as it is, the rest as JSON where it has some. Never throws. */
export function shownText(value: unknown): string {
  if (typeof value === 'string') return value;
  try {
    return stringified(value) ?? String(value);
  } catch {
    return `[${typeof value} that cannot be shown]`;
  }
}

// TypeScript does not say that functions and symbols give undefined.
function stringified(value: unknown): string | undefined {
  return JSON.stringify(value);
}
