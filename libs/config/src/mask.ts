const USER_INFO = /(:\/{0,2})[^\s"'<>]{1,1024}@/g;
const NAMED_SECRET = /((?:password|passwd|secret|token|api[-_]?key|access[-_]?key|signature)[\w-]{0,32}=)[^&\s"'<>]+/gi;
const SCHEME_SECRET = /\b(bearer|basic)\s+[\w.~+/=-]{8,}/gi;

/**
 * The same text without the secrets that URLs, connection strings and headers in it carry:
 * `amqp://user:password@host` becomes `amqp://***@host`, `password=…` and `Bearer …` keep their name alone.
 */
export function maskCredentials(text: string): string {
  return text.replace(USER_INFO, '$1***@').replace(NAMED_SECRET, '$1***').replace(SCHEME_SECRET, '$1 ***');
}
