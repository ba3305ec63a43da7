/**
 * What stops a command and can be mended by the person at the terminal: shown as its message alone, without a stack.
 * The message says what was expected, what came instead, and what to do.
 */
export class Problem extends Error {
  override readonly name = 'Problem';
}

/** The `code` of a system error (`EACCES`, `ENOSPC`), or undefined. Errors of another realm, as in Jest, have one too. */
export function errorCode(error: unknown): string | undefined {
  const code: unknown = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : undefined;
}

export function errorMessage(error: unknown): string {
  const message: unknown = typeof error === 'object' && error !== null && 'message' in error ? error.message : error;
  return String(message);
}
