import { describe, expect, it } from '@jest/globals';
import readWorkbook from 'read-excel-file/node';
import { type Row, type ValueType } from '#libs/datasets';
import { fileOf, layoutOf } from '../../../spec/rows.js';
import { type FileFormat, type Layout } from '../layout.js';
import { xlsx } from './xlsx.js';

type Workbook = readonly { readonly sheet: string; readonly data: readonly (readonly unknown[])[] }[];

async function read(rows: readonly (readonly Row[])[], layout: Layout, format: FileFormat = xlsx): Promise<Workbook> {
  return readWorkbook(await fileOf(format, rows, layout), { trim: false });
}

async function cells(type: ValueType, values: readonly string[], changes: Partial<Layout> = {}): Promise<unknown[]> {
  const [sheet] = await read([values.map((value) => [value])], layoutOf({ value: type }, changes));
  return sheet?.data.slice(1).map(([cell]) => cell) ?? [];
}

describe('XLSX', () => {
  it('has a sheet with the titles and a row for each row', async () => {
    const workbook = await read(
      [
        [
          ['1', 'Ada'],
          ['2', null],
        ],
        [['3', 'Zoë 東京']],
      ],
      layoutOf({ Number: 'integer', Name: 'text' }),
    );
    expect(workbook).toEqual([
      {
        sheet: 'people',
        data: [
          ['Number', 'Name'],
          [1, 'Ada'],
          [2, null],
          [3, 'Zoë 東京'],
        ],
      },
    ]);
  });

  it('keeps numbers as numbers, and as text where Excel would round them', async () => {
    expect(await cells('integer', ['-5', '999999999999999', '9223372036854775807'])).toEqual([
      -5,
      999_999_999_999_999,
      '9223372036854775807',
    ]);
    expect(await cells('decimal', ['12.50', '0.1', '12345678901234.567'])).toEqual([12.5, 0.1, '12345678901234.567']);
    expect(await cells('decimal', ['123456.7000000000', '5.0000000000000000'])).toEqual([123_456.7, 5]);
    expect(await cells('float', ['1e-3', 'NaN', 'Infinity'])).toEqual([0.001, 'NaN', 'Infinity']);
  });

  it('keeps texts that look like escapes, and says of a text that it is cut', async () => {
    const [escape, long] = await cells('text', ['file_x0041_name', 'y'.repeat(40_000)]);
    expect(escape).toBe('file_x0041_name');
    expect(long).toBe(`${'y'.repeat(32_766)}…`);
  });

  it('keeps truth values, dates and moments as such', async () => {
    expect(await cells('boolean', ['true', 'false'])).toEqual([true, false]);
    expect(await cells('date', ['2026-02-28', '1815-12-10'])).toEqual([new Date('2026-02-28'), '1815-12-10']);
    expect(await cells('timestamp', ['2026-03-29T12:30:15Z', 'infinity'])).toEqual([
      new Date('2026-03-29T12:30:15Z'),
      'infinity',
    ]);
  });

  it('shows what the clocks of the time zone show, in summer and in winter', async () => {
    const moments = ['2026-01-01T12:00:00Z', '2026-07-01T12:00:00Z'];
    const shown = await cells('timestamp', moments, { timezone: 'Europe/Berlin' });
    // Excel counts in days, so that some times of the day are right to a fraction of a second only.
    const seconds = shown.map((cell) => Math.round((cell as Date).getTime() / 1_000));
    expect(seconds).toEqual([Date.UTC(2026, 0, 1, 13) / 1_000, Date.UTC(2026, 6, 1, 14) / 1_000]);
  });

  it('never writes a formula, and survives what XML cannot hold', async () => {
    const texts = ['=1+1', '<b>&"\'', ' blanks ', 'two\nlines', 'a\u0001b', `half \uD83E`];
    expect(await cells('text', texts)).toEqual([
      '=1+1',
      '<b>&"\'',
      ' blanks ',
      'two\nlines',
      'a\uFFFDb',
      'half \uFFFD',
    ]);
    expect((await fileOf(xlsx, [[['=1+1']]], layoutOf({ a: 'text' }))).includes('<f>')).toBe(false);
  });

  it('goes on on a further sheet where one is full, across the borders of batches', async () => {
    const numbers = (from: number, to: number): Row[] =>
      Array.from({ length: to - from + 1 }, (_, index) => [String(from + index)]);
    const small: FileFormat = (batches, layout) => xlsx(batches, layout, 4);
    const workbook = await read([numbers(1, 3), numbers(4, 9)], layoutOf({ n: 'integer' }), small);
    expect(workbook).toEqual([
      { sheet: 'people', data: [['n'], [1], [2], [3], [4]] },
      { sheet: 'people (2)', data: [['n'], [5], [6], [7], [8]] },
      { sheet: 'people (3)', data: [['n'], [9]] },
    ]);
  });

  it('has one sheet with its titles when there are no rows', async () => {
    const title = 'orders: 2026/01 [all] of the whole year';
    expect(await read([], layoutOf({ n: 'integer' }, { title }))).toEqual([
      { sheet: 'orders  2026 01  all  of the wh', data: [['n']] },
    ]);
  });

  it('fails when its rows fail', async () => {
    const failing: FileFormat = (batches, layout) =>
      xlsx(
        (async function* () {
          yield* batches;
          throw new Error('the database is gone');
        })(),
        layout,
      );
    await expect(fileOf(failing, [[['1']]], layoutOf({ n: 'integer' }))).rejects.toThrow('the database is gone');
  });
});
