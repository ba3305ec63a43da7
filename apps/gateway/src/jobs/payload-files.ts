import { isFileReference, isRecord } from '#libs/contracts';
import { parseKey } from '#libs/storage';
import { type FieldError } from '../http/problem.js';

const LINK = 'url';

/** A payload as it is stored, and the files that it names. */
export interface PayloadFiles {
  readonly payload: unknown;
  /** The ids of uploads, and of the jobs whose files they are. */
  readonly files: readonly string[];
}

/**
 * The payload without the download links of its files, which are made anew whenever something is read. A key of another
 * tenant's file is one that does not exist: it is added to `errors`.
 */
export function readPayloadFiles(payload: unknown, tenant: string, errors: FieldError[]): PayloadFiles {
  const visit = { tenant, errors, files: new Set<string>() };
  return { payload: visited(payload, 'payload', visit), files: [...visit.files] };
}

interface Visit {
  readonly tenant: string;
  readonly errors: FieldError[];
  readonly files: Set<string>;
}

function visited(value: unknown, path: string, visit: Visit): unknown {
  if (Array.isArray(value)) return value.map((item, index) => visited(item, `${path}.${index}`, visit));
  if (!isRecord(value)) return noted(value, visit);
  const file = parseKey(value['key']);
  if (file !== undefined && file.tenant !== visit.tenant) {
    visit.errors.push({ path: `${path}.key`, message: 'is the key of no file' });
  }
  const stored = isFileReference(value)
    ? Object.entries(value).filter(([name]) => name !== LINK)
    : Object.entries(value);
  return Object.fromEntries(stored.map(([name, inner]) => [name, visited(inner, `${path}.${name}`, visit)]));
}

/** A key is no secret and no text of another kind, so that it counts wherever it stands: some tasks take it alone. */
function noted(value: unknown, { tenant, files }: Visit): unknown {
  const file = parseKey(value);
  if (file?.tenant === tenant) files.add(file.id);
  return value;
}
