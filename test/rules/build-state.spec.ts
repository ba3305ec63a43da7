import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { PlantedTree, PROJECT } from './planted-tree.js';

interface BuildState {
  readonly buildProblem: (root: string) => { readonly reason: string; readonly fingerprint: object } | undefined;
  readonly markBuilt: (root: string, fingerprint: object) => void;
}

const { buildProblem, markBuilt } = (await import(join(PROJECT, 'scripts', 'build-state.mjs'))) as BuildState;
const BUILD = 'tsconfig.build.json';
const settings = await readFile(join(PROJECT, BUILD), 'utf8');
const { include } = JSON.parse(settings) as { include: readonly string[] };

describe('what is built', () => {
  it.each(include)('is built again when a program of %s has changed', async (pattern) => {
    const program = pattern.replace('**/*', 'program');
    const tree = await PlantedTree.of({ [BUILD]: settings, [program]: 'export const one = 1;\n' });
    try {
      markBuilt(tree.root, buildProblem(tree.root)?.fingerprint ?? {});
      expect(buildProblem(tree.root)).toBeUndefined();
      await appendFile(join(tree.root, program), 'export const two = 2;\n');
      expect(buildProblem(tree.root)).toMatchObject({ reason: 'sources have changed' });
    } finally {
      await tree.remove();
    }
  });
});
