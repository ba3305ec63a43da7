import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PROJECT } from './planted-tree.js';

const BOOTSTRAPPED = /scripts\/bootstrap\.mjs (?<command>\S+)$/;
const { scripts } = JSON.parse(await readFile(join(PROJECT, 'package.json'), 'utf8')) as {
  scripts: Readonly<Record<string, string>>;
};
const commands = Object.entries(scripts).flatMap(([script, line]) => {
  const command = BOOTSTRAPPED.exec(line)?.groups?.['command'];
  return command === undefined ? [] : [[script, command] as const];
});

describe('--help in a clone in which nothing is installed or built', () => {
  let clone: string;

  beforeAll(async () => {
    clone = await mkdtemp(join(tmpdir(), 'leveret-help-'));
    await cp(join(PROJECT, 'scripts'), join(clone, 'scripts'), { recursive: true });
    const isHelp = async (path: string): Promise<boolean> =>
      basename(path) === 'help.ts' || (basename(path) !== 'node_modules' && (await stat(path)).isDirectory());
    for (const folder of ['apps', 'bench', 'test', 'tools'])
      await cp(join(PROJECT, folder), join(clone, folder), { recursive: true, filter: isHelp });
  });

  afterAll(() => rm(clone, { recursive: true, force: true }));

  it.each(commands)('tells how %s is called', async (script, command) => {
    const bootstrap = join(clone, 'scripts', 'bootstrap.mjs');
    const { stdout } = await promisify(execFile)(process.execPath, [bootstrap, command, '--help']);
    expect(stdout).toMatch(new RegExp(`^npm (run )?(--silent )?${script}\\b[^\`]*\n$`));
  });
});
