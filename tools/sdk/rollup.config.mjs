// Makes libs/sdk a package of its own: what it takes from libs/contracts is put into its files, and nothing else is.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { dts } from 'rollup-plugin-dts';
import { emptied, javascript, PROJECT, sources } from './project-sources.mjs';

const SDK = join(PROJECT, 'libs/sdk');
const OUTPUT = join(SDK, 'dist');

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

const input = { index: join(SDK, 'src/index.ts'), node: join(SDK, 'src/node.ts') };
const types = dts({ tsconfig: join(PROJECT, 'tsconfig.json'), compilerOptions: { stripInternal: true } });
const output = { dir: OUTPUT, format: 'es' };
const external = /^node:/;
const treeshake = { moduleSideEffects: false };

export default [
  { input, external, treeshake, output, plugins: [emptied(OUTPUT), sources, javascript] },
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
