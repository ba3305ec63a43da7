import { cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { WIRE_VERSION } from '#libs/contracts';
import { PROJECT } from '../../../tools/project/app-list.js';

const WIRE = join('dist', 'libs', 'contracts', 'src', 'wire.js');

/** Makes a copy of what is built that speaks the next version of every message, and gives its folder. */
export async function newerBuild(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  await cp(join(PROJECT, 'dist'), join(folder, 'dist'), { recursive: true });
  await cp(join(PROJECT, 'package.json'), join(folder, 'package.json'));
  await symlink(join(PROJECT, 'node_modules'), join(folder, 'node_modules'));
  const file = join(folder, WIRE);
  const text = await readFile(file, 'utf8');
  const newer = text.replace(`WIRE_VERSION = ${WIRE_VERSION}`, `WIRE_VERSION = ${WIRE_VERSION + 1}`);
  if (newer === text) throw new Error(`Expected ${file} to set WIRE_VERSION to ${WIRE_VERSION}.`);
  await writeFile(file, newer);
  return folder;
}
