import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { transform } from '@swc/core';

/** The compiled files of this app, for tests of what starts processes of its own. */
export interface CompiledApp {
  /** The compiled form of a source file, given from `src`: `main.ts`. */
  url(source: string): URL;
  remove(): Promise<void>;
}

/**
 * Compiles this app's sources as Jest does, without checking types, to a folder inside the repository (packages are
 * found from there). Files that import a lib as a value cannot be run from it; the child processes import none.
 */
export async function compileApp(): Promise<CompiledApp> {
  const sources = join(import.meta.dirname, '../src');
  const home = join(import.meta.dirname, '../../../.leveret/test');
  await mkdir(home, { recursive: true });
  const output = await mkdtemp(join(home, 'media-'));
  const files = await readdir(sources, { recursive: true });
  const compiled = files.filter((file) => file.endsWith('.ts') && !file.endsWith('.spec.ts'));
  await Promise.all(compiled.map((file) => compile(join(sources, file), join(output, asJs(file)))));
  return {
    url: (source) => pathToFileURL(join(output, asJs(source))),
    remove: () => rm(output, { recursive: true, force: true }),
  };
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
