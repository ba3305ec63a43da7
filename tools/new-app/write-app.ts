import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
/* eslint-disable no-restricted-imports -- the users that are shipped are those that npm run broker:users makes */
import { brokerDefinitions } from '../../apps/gateway/src/broker-users/definitions.js';
import { OWN_DOMAINS } from '../../apps/gateway/src/topology/domains.js';
/* eslint-enable no-restricted-imports */
import { Problem } from '../console/problem.js';
import { PROJECT } from '../project/app-list.js';
import { type AppNames } from './app-names.js';
import { entriesOf, type Entry } from './entries.js';

const TEMPLATE = join(PROJECT, 'tools', 'new-app', 'template');
const SUFFIX = '.template';
/** The broker's users, which `npm run broker:users` makes. */
const USERS = 'deploy/rabbitmq/users.json';

/**
 * Writes a consumer app with one task into a clone, and names it wherever apps are named. Nothing is written unless all can be.
 * @param project the clone's folder
 * @returns the files that were written or changed, seen from that folder
 * @throws Problem when there is such an app, or a file is not as it was shipped
 */
export async function writeApp(project: string, names: AppNames): Promise<readonly string[]> {
  if (existsSync(join(project, 'apps', names.name))) throw new Problem(`There is an app ${names.name} already.`);
  const texts = new Map([
    ...(await filledTemplates(names)),
    ...(await changedFiles(project, entriesOf(names))),
    [USERS, usersWith(names)],
  ]);
  for (const [file, text] of texts) {
    await mkdir(dirname(join(project, file)), { recursive: true });
    await writeFile(join(project, file), text);
  }
  return [...texts.keys()];
}

async function filledTemplates(names: AppNames): Promise<[file: string, text: string][]> {
  const files = (await readdir(TEMPLATE, { recursive: true })).filter((file) => file.endsWith(SUFFIX));
  const fill = (text: string): string => text.replaceAll('__name__', names.name).replaceAll('__Name__', names.pascal);
  return Promise.all(
    files.map(async (file): Promise<[string, string]> => [
      fill(file.slice(0, -SUFFIX.length)),
      fill(await readFile(join(TEMPLATE, file), 'utf8')),
    ]),
  );
}

function usersWith({ name }: AppNames): string {
  const domains = [...OWN_DOMAINS, name];
  const definitions = brokerDefinitions({ vhost: '/', prefix: 'leveret', domains, passwords: new Map() });
  return `${JSON.stringify(definitions, null, 2)}\n`;
}

/** Files with their entries: those of one file are put in one after another. */
async function changedFiles(project: string, entries: readonly Entry[]): Promise<ReadonlyMap<string, string>> {
  const texts = new Map<string, string>();
  for (const { file, before, text } of entries) {
    const known = texts.get(file) ?? (await readFile(join(project, file), 'utf8'));
    if (!before.test(known)) {
      throw new Problem(`${file} has no place for the app: expected ${String(before)}. Put it in by hand:\n${text}`);
    }
    texts.set(
      file,
      known.replace(before, (match) => text + match),
    );
  }
  return texts;
}
