import { describe, expect, it } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import { fileOf, layoutOf } from '../../spec/rows.js';
import { csv } from './csv.js';

const TRICKS = ['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '\0=1', '＝1', '＋1', '－1', '＠1'];
const HARMLESS = ['1=1', ' =1', "'=1", 'a+b', '', '"=1"'];

describe('CSV', () => {
  const written = async (
    cells: readonly string[],
    type: 'text' | 'decimal' = 'text',
    delimiter = ',',
  ): Promise<string[]> => {
    const layout = layoutOf({ a: type, b: 'text' }, { csv: { delimiter, bom: false, header: false } });
    const file = await fileOf(csv, [cells.map((cell) => [cell, 'end'])], layout);
    const rows = parse(file, { delimiter, relax_column_count: false });
    expect(rows.map((row) => row[1])).toEqual(cells.map(() => 'end'));
    return rows.map(([cell = '']) => cell);
  };

  it('puts texts behind a quotation mark that a spreadsheet would run', async () => {
    expect(await written(TRICKS)).toEqual(TRICKS.map((text) => `'${text}`));
    expect(await written(HARMLESS)).toEqual(HARMLESS);
  });

  it('does so in titles too', async () => {
    const file = await fileOf(csv, [], layoutOf({ '=cmd()': 'integer', n: 'integer' }));
    expect(file.toString()).toBe("'=cmd(),n\r\n");
  });

  it('leaves numbers as numbers, and trusts no column to have only numbers', async () => {
    expect(await written(['-5', '-0.25', '1e-7', '=1+1', '-cmd()'], 'decimal')).toEqual([
      '-5',
      '-0.25',
      '1e-7',
      "'=1+1",
      "'-cmd()",
    ]);
  });

  it.each([',', ';', '\t', '|'])('brings every text through a parser with the delimiter %j', async (delimiter) => {
    const texts = ['a,b;c\td|e', 'say "hi"', 'two\r\nlines', 'two\nlines', ' blanks ', 'Zoë 東京 🦔', '""'];
    expect(await written(texts, 'text', delimiter)).toEqual(texts);
  });

  it('has its titles also when there are no rows, and ends every line with CR LF', async () => {
    expect((await fileOf(csv, [], layoutOf({ a: 'text' }))).toString()).toBe('a\r\n');
    expect((await fileOf(csv, [[['x']], [['y']]], layoutOf({ a: 'text' }))).toString()).toBe('a\r\nx\r\ny\r\n');
  });
});
