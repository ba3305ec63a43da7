import { describe, expect, it } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import { fileOf, layoutOf } from '../../spec/rows.js';
import { csv } from './csv.js';
import { type Row } from '#libs/datasets';

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

  it('keeps a row whose only cell is empty', async () => {
    expect((await fileOf(csv, [[['x'], [null], ['']]], layoutOf({ a: 'text' }))).toString()).toBe(
      'a\r\nx\r\n""\r\n""\r\n',
    );
  });

  it.each([
    ['de-DE', '31.01.1926', '31.01.2026 02:30:00', '-1,5'],
    ['en-US', '01/31/1926', '01/31/2026 2:30:00 AM', '-1.5'],
    ['fa-IR', '1926/01/31', '2026/01/31 2:30:00', '-1.5'],
    ['th-TH', '31/01/1926', '31/01/2026 02:30:00', '-1.5'],
  ])(
    'writes dates with their century and numbers as spreadsheets of %s read them',
    async (locale, day, moment, number) => {
      const layout = layoutOf(
        { day: 'date', at: 'timestamp', n: 'decimal' },
        { locale, csv: { delimiter: ';', bom: false, header: false } },
      );
      const file = await fileOf(csv, [[['1926-01-31', '2026-01-31T02:30:00Z', '-1.5']]], layout);
      expect(file.toString()).toBe(`${day};${moment};${number}\r\n`);
    },
  );

  it('writes moments in a time zone with every digit that the database has', async () => {
    const moments = ['2026-11-20T16:34:06.619034Z', '2026-07-01T16:34:06.25Z', '2026-07-01T16:34:06Z', 'infinity'];
    const layout = layoutOf({ at: 'timestamp' }, { timezone: 'Europe/Berlin' });
    const file = await fileOf(csv, [moments.map((moment) => [moment])], layout);
    expect(file.toString().split('\r\n').slice(1, -1)).toEqual([
      ...['2026-11-20T17:34:06.619034+01:00', '2026-07-01T18:34:06.250+02:00', '2026-07-01T18:34:06.000+02:00'],
      'infinity',
    ]);
  });

  it('is written in pieces when rows are long', async () => {
    const rows: Row[] = Array.from({ length: 10 }, () => ['x'.repeat(200_000)]);
    const sizes: number[] = [];
    for await (const piece of csv(oneBatch(rows), layoutOf({ a: 'text' }))) sizes.push(piece.byteLength);
    expect(Math.max(...sizes)).toBeLessThan(500_000);
  });

  it('has its titles also when there are no rows, and ends every line with CR LF', async () => {
    expect((await fileOf(csv, [], layoutOf({ a: 'text' }))).toString()).toBe('a\r\n');
    expect((await fileOf(csv, [[['x']], [['y']]], layoutOf({ a: 'text' }))).toString()).toBe('a\r\nx\r\ny\r\n');
  });
});

async function* oneBatch(rows: readonly Row[]): AsyncGenerator<readonly Row[]> {
  yield rows;
}
