// How Rollup makes packages of libs: TypeScript as this project resolves and compiles it.
import { readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript';

export const PROJECT = join(import.meta.dirname, '../..');
const { compilerOptions } = ts.readConfigFile(join(PROJECT, 'tsconfig.json'), ts.sys.readFile).config;

/** Resolves imports as TypeScript does in this project. */
export const sources = {
  name: 'sources',
  resolveId(imported, importer) {
    if (imported.startsWith('#libs/')) return join(PROJECT, 'libs', imported.slice('#libs/'.length), 'src/index.ts');
    return imported.startsWith('.') ? join(dirname(importer), imported.replace(/\.js$/, '.ts')) : null;
  },
};

/** Takes the types out; `tsc` has checked them. */
export const javascript = {
  name: 'javascript',
  transform(code, fileName) {
    const { options } = ts.convertCompilerOptionsFromJson(
      { ...compilerOptions, module: 'esnext', sourceMap: false },
      PROJECT,
    );
    return ts.transpileModule(code, { fileName, compilerOptions: options }).outputText;
  },
};

/** Empties the folder of a package and puts the licence into it. */
export const emptied = (folder) => ({
  name: 'emptied',
  buildStart() {
    rmSync(folder, { recursive: true, force: true });
    this.emitFile({ type: 'asset', fileName: 'LICENSE', source: readFileSync(join(PROJECT, 'LICENSE')) });
  },
});
