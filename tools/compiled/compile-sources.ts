import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { transform } from '@swc/core';
import { PROJECT } from '../project/app-list.js';

/** Compiled files, for tests of what starts processes and threads of its own. */
export interface CompiledSources {
  /** The compiled form of a source file, given from the project's folder: `apps/media/src/main.ts`. */
  url(source: string): URL;
  remove(): Promise<void>;
}

/**
 * Compiles folders of sources as Jest does, without checking types, to a folder inside the repository: packages are found
 * from there, and libs among the folders as `#libs/<name>`.
 */
export async function compileSources(...folders: readonly string[]): Promise<CompiledSources> {
  const home = join(PROJECT, '.leveret', 'test');
  await mkdir(home, { recursive: true });
  const output = await mkdtemp(join(home, 'compiled-'));
  const sources = (await Promise.all(folders.map(sourcesIn))).flat();
  await Promise.all(sources.map((source) => compile(join(PROJECT, source), join(output, asJs(source)))));
  const scope = { type: 'module', imports: { '#libs/*': './libs/*/src/index.js' } };
  await writeFile(join(output, 'package.json'), JSON.stringify(scope));
  return {
    url: (source) => pathToFileURL(join(output, asJs(source))),
    remove: () => rm(output, { recursive: true, force: true }),
  };
}

async function sourcesIn(folder: string): Promise<readonly string[]> {
  const files = await readdir(join(PROJECT, folder), { recursive: true });
  return files.filter((file) => file.endsWith('.ts') && !file.endsWith('.spec.ts')).map((file) => join(folder, file));
}

async function compile(source: string, target: string): Promise<void> {
  const { code } = await transform(await readFile(source, 'utf8'), {
    filename: source,
    configFile: false,
    swcrc: false,
    module: { type: 'es6' },
    jsc: {
      target: 'es2022',
      keepClassNames: true,
      parser: { syntax: 'typescript', decorators: true },
      transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
    },
  });
  await mkdir(dirname(target), { recursive: true });
  await writeFile(target, code);
}

function asJs(source: string): string {
  return source.replace(/\.ts$/, '.js');
}
