import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { PROBLEM_CODES } from './problem-codes.js';

const DOCUMENT = join(import.meta.dirname, '../../../../docs/errors.md');
/** The table of the codes of one status: what it is introduced by, and its rows. */
const TABLE = /^The `code` of a (?<status>\d{3}):\n\n(?<rows>(?:\|.*\n)+)/gm;
const FIRST_CELL = /^\|([^|]+)\|/gm;

describe('the codes of problems', () => {
  it('stand in docs/errors.md by their status, and no others', () => {
    const tables = [...readFileSync(DOCUMENT, 'utf8').matchAll(TABLE)].map(({ groups = {} }) => [
      groups['status'],
      codesIn(groups['rows'] ?? ''),
    ]);
    const given = Object.entries(PROBLEM_CODES).map(([status, codes]) => [status, codes.toSorted()]);
    expect(tables).toEqual(given);
  });
});

function codesIn(rows: string): string[] {
  const cells = [...rows.matchAll(FIRST_CELL)].map(([, cell = '']) => cell);
  return cells.flatMap((cell) => [...cell.matchAll(/`([a-z_]+)`/g)].map(([, code = '']) => code)).toSorted();
}
