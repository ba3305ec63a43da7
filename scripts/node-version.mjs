// Node of another version from npm, in a folder: for scripts that try the suite on it.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

/**
 * Fetches it into `folder`, or takes what an earlier run has put there.
 * @param major such as '24'
 * @returns a folder for the front of PATH in which `node` is
 */
export async function nodeVersion(major, folder) {
  const home = join(folder, `node-${major}`);
  const name = `node-${process.platform}-${process.arch}`;
  const programs = join(home, 'node_modules', name, 'bin');
  if (!existsSync(join(programs, 'node'))) {
    await mkdir(home, { recursive: true });
    await promisify(execFile)('npm', ['install', '--silent', '--no-save', '--prefix', home, `${name}@${major}`]);
  }
  return programs;
}
