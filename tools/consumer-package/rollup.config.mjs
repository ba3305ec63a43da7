// Makes libs/consumer a package of its own: the libs that it stands on are put into its files, packages of npm are not.
import { join } from 'node:path';
import { dts } from 'rollup-plugin-dts';
import { emptied, javascript, PROJECT, sources } from '../sdk/project-sources.mjs';

const CONSUMER = join(PROJECT, 'libs/consumer');
const OUTPUT = join(CONSUMER, 'dist');

/** One build of both, so that an error of the one is an error of the other. */
const input = { index: join(CONSUMER, 'src/index.ts'), testing: join(PROJECT, 'libs/consumer-testing/src/index.ts') };
const output = { dir: OUTPUT, format: 'es' };
/** Whatever is neither a file of this project nor named as one. */
const external = (imported) => !/^[./#]/.test(imported);
/** Helpers of decorators ask for a `this` that modules do not have; they do without. */
const onwarn = (warning, warn) => {
  if (warning.code !== 'THIS_IS_UNDEFINED') warn(warning);
};
const types = dts({ tsconfig: join(PROJECT, 'tsconfig.json'), compilerOptions: { stripInternal: true } });

export default [
  { input, external, onwarn, output, plugins: [emptied(OUTPUT), sources, javascript] },
  { input, external, output, plugins: [sources, types] },
];
