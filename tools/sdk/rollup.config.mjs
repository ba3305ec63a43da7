// Makes libs/sdk a package of its own: what it takes from libs/contracts is put into its files, and nothing else is.
import { readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { dts } from 'rollup-plugin-dts';
import ts from 'typescript';

const PROJECT = join(import.meta.dirname, '../..');
const SDK = join(PROJECT, 'libs/sdk');
const OUTPUT = join(SDK, 'dist');
const { compilerOptions } = ts.readConfigFile(join(PROJECT, 'tsconfig.json'), ts.sys.readFile).config;

/** Resolves imports as TypeScript does in this project. */
const sources = {
  name: 'sources',
  resolveId(imported, importer) {
    if (imported.startsWith('#libs/')) return join(PROJECT, 'libs', imported.slice('#libs/'.length), 'src/index.ts');
    return imported.startsWith('.') ? join(dirname(importer), imported.replace(/\.js$/, '.ts')) : null;
  },
};

/** Takes the types out; `tsc` has checked them. */
const javascript = {
  name: 'javascript',
  transform(code, fileName) {
    const { options } = ts.convertCompilerOptionsFromJson(
      { ...compilerOptions, module: 'esnext', sourceMap: false },
      PROJECT,
    );
    return ts.transpileModule(code, { fileName, compilerOptions: options }).outputText;
  },
};

/** Names of classes that are there as types alone stay so: nobody but the client makes its parts. */
const typesAlone = {
  name: 'types-alone',
  renderChunk(code) {
    const index = readFileSync(join(SDK, 'src/index.ts'), 'utf8');
    const names = new Set(Array.from(index.matchAll(/\btype (\w+)/g), ([, name]) => name));
    return code.replace(/^export \{(.*)\};$/m, (_, list) => {
      const exported = list.split(',').map((name) => name.trim());
      const marked = exported.map((name) => (names.has(name) ? `type ${name}` : name));
      return `export { ${marked.join(', ')} };`;
    });
  },
};

const folder = {
  name: 'folder',
  buildStart() {
    rmSync(OUTPUT, { recursive: true, force: true });
    this.emitFile({ type: 'asset', fileName: 'LICENSE', source: readFileSync(join(PROJECT, 'LICENSE')) });
  },
};
const input = { index: join(SDK, 'src/index.ts'), node: join(SDK, 'src/node.ts') };
const types = dts({ tsconfig: join(PROJECT, 'tsconfig.json'), compilerOptions: { stripInternal: true } });
const output = { dir: OUTPUT, format: 'es' };
const external = /^node:/;
const treeshake = { moduleSideEffects: false };

export default [
  { input, external, treeshake, output, plugins: [folder, sources, javascript] },
  { input, external, output, plugins: [sources, types, typesAlone] },
  {
    // The command uses the package as its users do.
    input: { cli: join(SDK, 'src/cli/main.ts') },
    external: [external, input.index],
    treeshake,
    output: { ...output, paths: { [input.index]: './index.js' } },
    plugins: [sources, javascript],
  },
];
