import { isTenantName } from '#libs/contracts';
import { NIL } from 'uuid';
import { uuidv7 } from 'uuidv7';

const ID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';
const OUTPUT = '(?:0|[1-9][0-9]{0,8})-(?!\\.)[a-z0-9._-]{1,100}';
const KEY = new RegExp(`^([^/]+)/(${ID})(?:/(${OUTPUT}))?$`);
const PREFIX = new RegExp(`^([^/]+)/(${ID})/$`);
/** Tenant 63, id 36, run 9, name 100, and what stands between them. */
const MAX_KEY_LENGTH = 212;

/** A key taken apart. Each part is safe as the name of a file. */
export interface KeyParts {
  readonly tenant: string;
  /** Of the upload, or of the job that made the file. */
  readonly id: string;
  /** `<run>-<name>` of a job's output; undefined for an upload. */
  readonly output: string | undefined;
}

/** The key of a new upload: `<tenant>/<uuid>`, never given twice. */
export function uploadKey(tenant: string): string {
  return wellFormed(`${tenant}/${uuidv7()}`);
}

/**
 * The key of a file that a job makes: `<tenant>/<job id>/<run>-<name>`. It is the same whenever the run asks for it.
 * @param name 1 to 100 of `a-z 0-9 . _ -`, not beginning with a dot
 * @throws {TypeError} when a part has another form
 */
export function outputKey(tenant: string, jobId: string, run: number, name: string): string {
  return wellFormed(`${tenant}/${jobId}/${run}-${name}`);
}

/**
 * The key of what apps keep for a tenant beyond their jobs. It lies under an id that no job has, so that no job's end
 * takes it away.
 * @param name 1 to 100 of `a-z 0-9 . _ -`, not beginning with a dot
 * @throws {TypeError} when a part has another form
 */
export function keptKey(tenant: string, name: string): string {
  return outputKey(tenant, NIL, 0, name);
}

/** True for a well-formed key of this tenant. */
export function belongsTo(tenant: string, key: string): boolean {
  return parseKey(key)?.tenant === tenant;
}

/**
 * The parts of a key: the tenant, the id, and of a job's output `<run>-<name>`. Undefined for everything of a form that
 * `uploadKey` and `outputKey` do not make, of whatever type it is; a file of that key may exist or not.
 */
export function parseKey(key: unknown): KeyParts | undefined {
  return matched(KEY, key);
}

/** The key's parts, for callers that write. */
export function requireKey(key: unknown): KeyParts {
  const parts = parseKey(key);
  if (parts !== undefined) return parts;
  throw new TypeError(
    'Expected a key <tenant>/<uuid> or <tenant>/<job id>/<run>-<name> (name: 1 to 100 of a-z 0-9 . _ -, no leading ' +
      `dot), got ${shown(key)}; make keys with uploadKey and outputKey.`,
  );
}

/** The parts of a job's prefix `<tenant>/<job id>/`. */
export function requirePrefix(prefix: unknown): KeyParts {
  const parts = matched(PREFIX, prefix);
  if (parts !== undefined) return parts;
  throw new TypeError(`Expected a prefix <tenant>/<job id>/, got ${shown(prefix)}.`);
}

function matched(form: RegExp, text: unknown): KeyParts | undefined {
  if (typeof text !== 'string' || text.length > MAX_KEY_LENGTH) return undefined;
  const [, tenant, id, output] = form.exec(text) ?? [];
  return tenant !== undefined && id !== undefined && isTenantName(tenant) ? { tenant, id, output } : undefined;
}

function wellFormed(key: string): string {
  requireKey(key);
  return key;
}

function shown(text: unknown): string {
  return typeof text === 'string' ? JSON.stringify(text.slice(0, 120)) : `a value of type ${typeof text}`;
}
