import { compileSources } from '../../../tools/compiled/compile-sources.js';
import { WorkThreads } from '../src/work-thread/work-threads.js';

/** Threads whose program is compiled for a test. */
export interface CompiledThreads {
  readonly threads: WorkThreads;
  remove(): Promise<void>;
}

/** Compiles what a thread runs, and the libs that it stands on. */
export async function compileThreads(): Promise<CompiledThreads> {
  const compiled = await compileSources(
    'apps/exports/src',
    ...['datasets', 'config', 'contracts'].map((lib) => `libs/${lib}/src`),
  );
  return {
    threads: new WorkThreads(compiled.url('apps/exports/src/work-thread/thread-main.ts')),
    remove: () => compiled.remove(),
  };
}
