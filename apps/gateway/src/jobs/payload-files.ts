import { isFileReference, isRecord } from '#libs/contracts';
import { parseKey } from '#libs/storage';
import { type FieldError } from '../http/problem.js';

const LINK = 'url';

/**
 * The payload without the download links of its files, which are made anew whenever something is read. A key of another
 * tenant's file is one that does not exist: it is added to `errors`.
 */
export function readPayloadFiles(payload: unknown, tenant: string, errors: FieldError[]): unknown {
  return visited(payload, 'payload', { tenant, errors });
}

interface Visit {
  readonly tenant: string;
  readonly errors: FieldError[];
}

function visited(value: unknown, path: string, visit: Visit): unknown {
  if (Array.isArray(value)) return value.map((item, index) => visited(item, `${path}.${index}`, visit));
  if (!isRecord(value)) return value;
  const owner = parseKey(value['key'])?.tenant;
  if (owner !== undefined && owner !== visit.tenant) {
    visit.errors.push({ path: `${path}.key`, message: 'is the key of no file' });
  }
  const stored = isFileReference(value)
    ? Object.entries(value).filter(([name]) => name !== LINK)
    : Object.entries(value);
  return Object.fromEntries(stored.map(([name, inner]) => [name, visited(inner, `${path}.${name}`, visit)]));
}
