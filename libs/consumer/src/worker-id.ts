import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';

/** Names one start of one process: `<domain>@<host>:<pid>-<4 random characters>`. */
export function workerId(domain: string): string {
  return `${domain}@${hostname()}:${process.pid}-${randomBytes(2).toString('hex')}`;
}

/**
 * The version in the `package.json` that an app belongs to.
 * @param entry the file that was started
 */
export function appVersion(entry = process.argv[1]): string {
  for (let folder = dirname(entry ?? '.'); ; folder = dirname(folder)) {
    const version = versionIn(join(folder, 'package.json'));
    if (version !== undefined) return version;
    if (folder === dirname(folder)) return '0.0.0';
  }
}

function versionIn(file: string): string | undefined {
  try {
    const { version } = JSON.parse(readFileSync(file, 'utf8')) as { version?: unknown };
    return typeof version === 'string' ? version : undefined;
  } catch {
    return undefined;
  }
}
