import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const SOURCES = import.meta.dirname;
const DOCUMENT = join(SOURCES, '../../../docs/errors.md');
/** How a code is written where a job fails of it. */
const GIVEN = /(?:(?:Permanent|Temporary)Error\(\s*|\bcode: )'([a-z_]+)'/g;
/** The codes of a row about the app. */
const ROW = /^\| (`[^|]+`) +\|[^|]*\| `email`: /gm;

describe('the error codes of the email app', () => {
  it('stand in docs/errors.md, and no others', () => {
    const files = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' }).filter((file) =>
      /(?<!\.spec)\.ts$/.test(file),
    );
    const given = files.flatMap((file) => found(GIVEN, readFileSync(join(SOURCES, file), 'utf8')));
    const told = found(ROW, readFileSync(DOCUMENT, 'utf8')).flatMap((cell) => found(/`([a-z_]+)`/g, cell));
    expect(told.toSorted()).toEqual([...new Set(given)].toSorted());
  });
});

function found(pattern: RegExp, text: string): string[] {
  return [...text.matchAll(pattern)].map(([, match = '']) => match);
}
