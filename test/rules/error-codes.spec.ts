import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { PROJECT } from './planted-tree.js';

/** What ends or puts off a job by a code: errors of jobs, and those of libs that become one. */
const THROWN =
  /new (?:PermanentError|TemporaryError|DatasetRefusal|DatabaseTrouble|CallFailed)\(\s*'(?<code>[a-z0-9_]+)'/g;

describe('the codes of jobs that fail', () => {
  it('stand in docs/errors.md, all of them', () => {
    const documented = readFileSync(join(PROJECT, 'docs/errors.md'), 'utf8');
    const thrown = sources().flatMap((source) => [...source.matchAll(THROWN)].map(({ groups }) => groups?.['code']));
    const codes = [...new Set(thrown)];
    expect(codes).toEqual(expect.arrayContaining(['unexpected_answer', 'file_not_found', 'import_overtaken']));
    expect(codes.filter((code) => !documented.includes(`\`${code}\``))).toEqual([]);
  });
});

/** What apps and libs are made of, without their specs. */
function sources(): readonly string[] {
  return ['apps', 'libs'].flatMap((folder) =>
    readdirSync(join(PROJECT, folder), { recursive: true })
      .map(String)
      .filter((file) => /\/src\/.*\.ts$/.test(file) && !file.endsWith('.spec.ts'))
      .map((file) => readFileSync(join(PROJECT, folder, file), 'utf8')),
  );
}
