import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const GATEWAY = 'gateway';

/** The clone's folder; this file is somewhere below it, built or as it was written. */
export const PROJECT = folderWithPackage(dirname(fileURLToPath(import.meta.url)));

function folderWithPackage(folder: string): string {
  return existsSync(join(folder, 'package.json')) ? folder : folderWithPackage(dirname(folder));
}

/** The built entry file of an app. */
export function appMain(name: string): string {
  return join(PROJECT, 'dist', 'apps', name, 'src', 'main.js');
}

/** The built entry file of the consumer app that tests and benchmarks use. */
export const LAB_MAIN = join(PROJECT, 'dist', 'tools', 'lab-app', 'main.js');

/** The built entry file of the development inbox. */
export const INBOX_MAIN = join(PROJECT, 'dist', 'tools', 'mail-inbox', 'main.js');

/** The consumer apps of this clone that are built, by name. A new one needs no entry anywhere. */
export function consumerApps(): readonly string[] {
  return readdirSync(join(PROJECT, 'apps'))
    .filter((name) => name !== GATEWAY && existsSync(appMain(name)))
    .sort();
}
