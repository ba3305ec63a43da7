import { PermanentError } from '#libs/consumer';
import { type CallRule, type Connection } from './connection.js';

/** `/`, `\\` and what becomes one of them, or a dot, when it is decoded twice. */
const HIDDEN_SEPARATOR = /%(?:2f|5c|25(?:2e|2f|5c))/i;

/**
 * The address of a call through a connection.
 * @param url a path behind the base URL, or a whole URL below it
 * @throws PermanentError `outside_connection` when it leads elsewhere, also by `..` or a redirect, or no rule permits it
 */
export function addressWithin(connection: Connection, method: string, url: string): URL {
  const { baseUrl, name } = connection;
  const text = url.startsWith('/') ? `${baseUrl}${url}` : url;
  if (!URL.canParse(text)) throw outside(name, 'the URL cannot be read');
  // Only the normalised URL counts: it has no ".." left but those that a host would make of what it decodes.
  const address = new URL(text);
  if (HIDDEN_SEPARATOR.test(address.pathname)) throw outside(name, 'its path hides a slash or dots in an encoding');
  const base = new URL(baseUrl);
  const path = pathBelow(base.pathname, address.pathname);
  if (address.origin !== base.origin || path === undefined) throw outside(name, 'the URL does not lie below its base');
  if (connection.rules?.every((rule) => !permits(rule, method, path)) === true) {
    throw outside(name, `it does not permit ${method} of this path`);
  }
  return address;
}

function pathBelow(base: string, path: string): string | undefined {
  const folder = base.replace(/\/+$/, '');
  if (path === folder) return '/';
  return path.startsWith(`${folder}/`) ? path.slice(folder.length) : undefined;
}

function permits({ methods, paths }: CallRule, method: string, path: string): boolean {
  const byMethod = methods === null || methods.includes(method);
  return byMethod && (paths === null || paths.some((pattern) => matches(pattern.split('/'), path.split('/'))));
}

function matches(pattern: readonly string[], segments: readonly string[]): boolean {
  const open = pattern.at(-1) === '**';
  const fixed = open ? pattern.slice(0, -1) : pattern;
  if (open ? segments.length <= fixed.length : segments.length !== fixed.length) return false;
  return fixed.every((part, index) => part === segments[index] || (part === '*' && segments[index] !== ''));
}

function outside(name: string, why: string): PermanentError {
  return new PermanentError('outside_connection', `The connection ${name} does not take this call: ${why}.`);
}
