import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { PROJECT } from './planted-tree.js';

const APPROVED = join(import.meta.dirname, 'public-surface.approved.txt');
const COMMENT = /\/\*[^]*?\*\/|\/\/.*$/gm;
const EXPORT_LIST = /export(?<all> type)? \{(?<names>[^}]*)\} from '[^']+';/g;

describe('the public surface of the libs', () => {
  it('is as approved', () => {
    const surface = readdirSync(join(PROJECT, 'libs')).flatMap(surfaceOf);
    const approved = readFileSync(APPROVED, 'utf8').split('\n').filter(Boolean);
    const added = surface.filter((line) => !approved.includes(line)).map((line) => `+ ${line}`);
    const removed = approved.filter((line) => !surface.includes(line)).map((line) => `- ${line}`);
    if (added.length + removed.length > 0) throw new Error(howToApprove(surface, [...added, ...removed]));
    expect(surface).toEqual(approved);
  });

  it.each(readdirSync(join(PROJECT, 'libs')))('of %s is nothing but named exports of its files', (lib) => {
    expect(indexOf(lib).replaceAll(COMMENT, '').replaceAll(EXPORT_LIST, '').trim()).toBe('');
  });
});

function indexOf(lib: string): string {
  return readFileSync(join(PROJECT, 'libs', lib, 'src/index.ts'), 'utf8');
}

/** One line for each name, in alphabetical order. */
function surfaceOf(lib: string): string[] {
  const lists = [...indexOf(lib).replaceAll(COMMENT, '').matchAll(EXPORT_LIST)];
  return lists
    .flatMap(({ groups }) => namesIn(groups))
    .map((name) => `#libs/${lib} ${name}`)
    .sort();
}

function namesIn({ all = '', names = '' }: Readonly<Record<string, string>> = {}): string[] {
  const entries = names.split(',').map((entry) => entry.trim());
  return entries.filter(Boolean).map((entry) => {
    const isType = all !== '' || entry.startsWith('type ');
    const name = entry.replace(/^type /, '').replace(/^.* as /, '');
    return isType ? `type ${name}` : name;
  });
}

function howToApprove(surface: readonly string[], changes: readonly string[]): string {
  const received = join(mkdtempSync(join(tmpdir(), 'leveret-surface-')), 'received.txt');
  writeFileSync(received, `${surface.join('\n')}\n`);
  return [
    'The names that libs export are not those that were approved:',
    ...changes.map((line) => `  ${line}`),
    'A name that others need not know stays out of index.ts. If the change is meant, approve it and commit the file:',
    `  cp ${received} ${relative(PROJECT, APPROVED)}`,
  ].join('\n');
}
