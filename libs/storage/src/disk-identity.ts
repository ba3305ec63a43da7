import { randomUUID } from 'node:crypto';
import { link, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from './disk-error.js';

const FILE = '.identity';

/** The name of a data folder, the same for every process that looks into it. The first one makes it, whole. */
export async function ownName(root: string): Promise<string> {
  const path = join(root, FILE);
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
  const name = randomUUID();
  const draft = join(root, `${FILE}-${name}`);
  await writeFile(draft, name, { flag: 'wx', mode: 0o600 });
  try {
    await link(draft, path);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error; // another process was faster: its name counts
  } finally {
    await rm(draft, { force: true });
  }
  return readFile(path, 'utf8');
}
