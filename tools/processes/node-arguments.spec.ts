import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { appMain, LAB_MAIN, PROJECT } from '../project/app-list.js';
import { nodeArguments } from './node-arguments.js';

const COMMAND = /^CMD \["node", (?<words>.*)\]$/gm;

describe('what follows node on the command line of a program', () => {
  it('is what its start script says', () => {
    expect(nodeArguments(appMain('exports'))).toEqual([
      '--enable-source-maps',
      '--max-semi-space-size=4',
      '--heap-growing-percent=50',
      appMain('exports'),
    ]);
  });

  it('traces errors to their sources when a program has no such script', () => {
    expect(nodeArguments(LAB_MAIN)).toEqual(['--enable-source-maps', LAB_MAIN]);
  });

  it.each(readdirSync(join(PROJECT, 'apps')).filter(isServer))('is the same in the image of %s', (name) => {
    const main = appMain(name);
    const words = nodeArguments(main).map((word) => (word === main ? relative(PROJECT, main) : word));
    expect(commandsOfImages()).toContainEqual(words);
  });
});

/** The dashboard is pages that the gateway serves. */
function isServer(app: string): boolean {
  return app !== 'dashboard';
}

function commandsOfImages(): readonly unknown[] {
  const dockerfile = readFileSync(join(PROJECT, 'Dockerfile'), 'utf8');
  return [...dockerfile.matchAll(COMMAND)].map(({ groups }) => JSON.parse(`[${groups?.['words'] ?? ''}]`) as unknown);
}
