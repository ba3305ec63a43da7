// Writes a package.json for the image of each app: node scripts/image-manifests.mjs <folder>
// <folder>/<app>.json has those dependencies alone that the app's sources name, or those of libs that it uses; by it npm prune
// removes what only other apps need. The Dockerfile calls this.
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error('Expected a folder to write to.');
const { devDependencies: _, dependencies, ...others } = JSON.parse(await readFile('package.json', 'utf8'));
await mkdir(folder, { recursive: true });
for (const app of await readdir('apps')) {
  if (!existsSync(join('apps', app, 'src', 'main.ts'))) continue;
  const named = await namedBy(`apps/${app}`, new Set());
  const own = Object.fromEntries(Object.entries(dependencies).filter(([name]) => named.has(name)));
  await writeFile(join(folder, `${app}.json`), JSON.stringify({ ...others, dependencies: own }, null, 2));
}

/**
 * Every text between quotes that may be the name of a package, or begin the path of a file in one, in an app or a lib and in
 * the libs that it uses: a package may be imported, or a file of it read.
 */
async function namedBy(part, named) {
  const libs = [];
  for (const file of await readdir(join(part, 'src'), { recursive: true, withFileTypes: true })) {
    if (!file.isFile() || !/(?<!\.spec)\.ts$/.test(file.name)) continue;
    const source = await readFile(join(file.parentPath, file.name), 'utf8');
    for (const [, name] of source.matchAll(/'((?:[@#][\w.-]+\/)?[\w.-]+)(?:\/[^'\n]*)?'/g)) {
      if (named.has(name)) continue;
      named.add(name);
      if (name.startsWith('#libs/')) libs.push(name.slice(1));
    }
  }
  for (const lib of libs) await namedBy(lib, named);
  return named;
}
