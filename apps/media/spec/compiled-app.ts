import { compileSources } from '../../../tools/compiled/compile-sources.js';

/** The compiled files of this app, for tests of what starts processes of its own. */
export interface CompiledApp {
  /** The compiled form of a source file, given from `src`: `main.ts`. */
  url(source: string): URL;
  remove(): Promise<void>;
}

/** Compiles this app alone. Files that import a lib as a value cannot be run from it; the child processes import none. */
export async function compileApp(): Promise<CompiledApp> {
  const compiled = await compileSources('apps/media/src');
  return { url: (source) => compiled.url(`apps/media/src/${source}`), remove: () => compiled.remove() };
}
