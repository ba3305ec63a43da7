import { PermanentError } from '#libs/consumer';

/** Headers that the HTTP client sets itself, and those that prove who calls: connections set these. */
const REFUSED_HEADERS: readonly string[] = [
  ...['authorization', 'proxy-authorization', 'cookie'],
  ...['host', 'content-length', 'transfer-encoding', 'connection', 'keep-alive', 'proxy-connection', 'upgrade'],
  ...['te', 'trailer', 'expect', 'accept-encoding'],
];
const LONGEST_VALUE = 4_096;
const NAME = "^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$";
const VALUE = '^[\\t\\x20-\\x7e\\x80-\\xff]*$';

/** JSON Schema of the headers of a job. */
export const HEADERS_SCHEMA = {
  type: 'object',
  maxProperties: 50,
  propertyNames: { allOf: [{ pattern: NAME }, { not: { pattern: anyOfThem(REFUSED_HEADERS) } }] },
  additionalProperties: { type: 'string', maxLength: LONGEST_VALUE, pattern: VALUE },
} as const;

/** JSON Schema of a payload: with a connection, no header may be one that connections set. */
export function leavesConnectionsTheirHeaders(names: readonly string[]): Readonly<Record<string, unknown>> {
  if (names.length === 0) return {};
  const headers = { propertyNames: { not: { pattern: anyOfThem(names) } } };
  return { if: { required: ['connection'] }, then: { properties: { headers } } };
}

/** The second wall behind the schema. @throws PermanentError `forbidden_header` */
export function checkHeaderNames(names: readonly string[]): void {
  const refused = names.find((name) => REFUSED_HEADERS.includes(name.toLowerCase()));
  if (refused === undefined) return;
  throw new PermanentError('forbidden_header', `A job may not set the header ${JSON.stringify(refused)}.`);
}

/** A pattern of just these words, in upper and lower case: JSON Schema has no flag for that. */
function anyOfThem(words: readonly string[]): string {
  const patterns = words.map((word) =>
    word.replace(/[^A-Za-z0-9_-]/g, '\\$&').replace(/[a-z]/g, (letter) => `[${letter}${letter.toUpperCase()}]`),
  );
  return `^(?:${patterns.join('|')})$`;
}
