import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { PROJECT } from '../project/app-list.js';

/**
 * What follows `node` on the command line that starts a program: its `start:` script of package.json says so. Programs that
 * have none trace errors to their sources, and nothing else.
 *
 * @param main the built entry file
 */
export function nodeArguments(main: string): readonly string[] {
  const entry = relative(PROJECT, main);
  const command = startScripts().find((words) => words.at(-1) === entry);
  return command === undefined ? ['--enable-source-maps', main] : [...command.slice(1, -1), main];
}

/** The words of each of them. */
function startScripts(): readonly (readonly string[])[] {
  const { scripts } = JSON.parse(readFileSync(join(PROJECT, 'package.json'), 'utf8')) as {
    readonly scripts: Readonly<Record<string, string>>;
  };
  return Object.entries(scripts)
    .filter(([name]) => name.startsWith('start:'))
    .map(([, command]) => command.split(' '));
}
