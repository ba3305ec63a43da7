import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const SOURCES = ['apps', 'libs', 'tools', 'bench', 'examples', 'test'];
const SETTINGS = ['tsconfig.json', 'tsconfig.build.json', 'package.json'];
/** Programs, and what the dashboard's pages are made of. */
const BUILT_FROM = /\.tsx?$|^dashboard\/(?!node_modules).*\.(css|html|svg|mjs)$/;
const STAMP = ['dist', '.built.json'];

/** Why `dist` has to be built and what it will be built from, or undefined when it is up to date. */
export function buildProblem(root) {
  const files = [...SETTINGS, ...SOURCES.flatMap((folder) => sourcesIn(root, folder))];
  const hash = createHash('sha256');
  for (const file of files) {
    const { mtimeMs, size } = statSync(join(root, file));
    hash.update(`${file} ${mtimeMs} ${size}\n`);
  }
  const fingerprint = { files, hash: hash.digest('hex') };
  const built = readStamp(root);
  if (built?.hash === fingerprint.hash) return undefined;
  // The compiler leaves the output of a source that is gone; a built app without its source would be started.
  if (built?.files.some((file) => !files.includes(file))) rmSync(join(root, 'dist'), { recursive: true, force: true });
  return { reason: built === undefined ? 'nothing is built yet' : 'sources have changed', fingerprint };
}

export function markBuilt(root, fingerprint) {
  mkdirSync(join(root, 'dist'), { recursive: true });
  writeFileSync(join(root, ...STAMP), JSON.stringify(fingerprint));
}

function sourcesIn(root, folder) {
  try {
    return readdirSync(join(root, folder), { recursive: true })
      .filter((file) => BUILT_FROM.test(file) && !file.endsWith('.spec.ts'))
      .map((file) => join(folder, file))
      .sort();
  } catch {
    return [];
  }
}

function readStamp(root) {
  try {
    return JSON.parse(readFileSync(join(root, ...STAMP), 'utf8'));
  } catch {
    return undefined;
  }
}
