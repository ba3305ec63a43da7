import { describe, expect, it } from '@jest/globals';
import { extractText, getDocumentProxy } from 'unpdf';
import { type Row } from '#libs/datasets';
import { fileOf, layoutOf } from '../../../spec/rows.js';
import { type Layout } from '../layout.js';
import { pdf } from './pdf.js';

async function pagesOf(rows: readonly (readonly Row[])[], layout: Layout): Promise<readonly string[]> {
  const document = await getDocumentProxy(new Uint8Array(await fileOf(pdf, rows, layout)));
  return (await extractText(document)).text;
}

describe('PDF', () => {
  it('has its title, the head of the table and a number on every page it takes', async () => {
    const rows = Array.from({ length: 120 }, (_, index): Row => [String(index + 1), `person ${index + 1}`]);
    const pages = await pagesOf(
      [rows.slice(0, 50), rows.slice(50)],
      layoutOf({ Number: 'integer', Name: 'text' }, { title: 'people' }),
    );
    expect(pages.length).toBeGreaterThan(1);
    for (const [index, page] of pages.entries()) {
      expect(page).toMatch(/Number\s+Name/);
      expect(page).toContain(`Page ${index + 1}`);
    }
    expect(pages.join('\n').match(/person \d+/g)).toEqual(rows.map(([, name]) => name));
  });

  it('writes letters of many scripts', async () => {
    const names = [
      ...['Zoë Müller', 'Łukasz', 'Ελένη', 'Олена', 'Çağla', 'Հայկ', 'ქეთევან'],
      ...['李雷', '山田たろう', 'ヤマダ', '김철수', 'राम', 'สมชาย'],
    ];
    const [page = ''] = await pagesOf([names.map((name): Row => [name])], layoutOf({ Name: 'text' }));
    for (const name of names) expect(page).toContain(name);
  });

  it.each([
    // The margin of the page, or the column before, and that of the cell.
    { read: 'right to left', edge: 'right', first: 'אבגדה ', then: 'Leveret ', at: 551 },
    { read: 'left to right', edge: 'left', first: 'Leveret ', then: 'אבגדה ', at: 82 },
  ] as const)(
    'has what is read from $read at the $edge of its cell, also a line that begins with other letters',
    async ({ edge, first, then, at }) => {
      const row = ['Zoë', first.repeat(30) + then.repeat(30)];
      const document = await getDocumentProxy(
        new Uint8Array(await fileOf(pdf, [[row]], layoutOf({ Name: 'text', Text: 'text' }))),
      );
      const { items } = await (await document.getPage(1)).getTextContent();
      const edges = new Map<number, number>();
      for (const item of items) {
        if (!('transform' in item) || !/אבגדה|Leveret/.test(item.str)) continue;
        const [, , , , x, y] = item.transform as [number, number, number, number, number, number];
        const known = edges.get(y) ?? x;
        edges.set(y, edge === 'left' ? Math.min(known, x) : Math.max(known, x + item.width));
      }
      expect(edges.size).toBeGreaterThan(2);
      expect(new Set([...edges.values()].map(Math.round))).toEqual(new Set([at]));
    },
  );

  it('says at the foot of a page how many of its signs no font has', async () => {
    const rows = Array.from({ length: 60 }, (_, index): Row => [index === 0 ? 'தமிழ்' : 'a']);
    const [first = '', second = ''] = await pagesOf([rows], layoutOf({ Name: 'text' }));
    expect(first).toContain('\uFFFD: 5 signs without a font');
    expect(second).not.toContain('\uFFFD');
  });

  it('ends lines of Thai between words', async () => {
    const sentence = 'ประเทศไทยมีกรุงเทพมหานครเป็นเมืองหลวง'.repeat(8);
    const words = new Set(
      Array.from(new Intl.Segmenter('th', { granularity: 'word' }).segment(sentence), ({ segment }) => segment),
    );
    const [page = ''] = await pagesOf([[[sentence]]], layoutOf({ Text: 'text' }));
    const lines = page.split('\n').filter((line) => /[ก-๙]/.test(line));
    expect(lines.length).toBeGreaterThan(1);
    for (const line of lines) expect([...words].some((word) => line.startsWith(word))).toBe(true);
  });

  it('wraps long texts within their column, words without spaces too', async () => {
    const prose = 'A long remark that goes on over several lines of the cell. '.repeat(5).trim();
    const word = 'x'.repeat(300);
    const [page = ''] = await pagesOf(
      [[[prose, word, '1']]],
      layoutOf({ Remark: 'text', Word: 'text', Number: 'integer' }),
    );
    expect(page.match(/several/g)).toHaveLength(5);
    expect(page.match(/x/g)).toHaveLength(300);
  });

  it('cuts a text that would fill pages', async () => {
    const [page = ''] = await pagesOf([[['line\n'.repeat(500)]]], layoutOf({ Text: 'text' }));
    expect(page.match(/line/g)).toHaveLength(12);
    expect(page).toContain('line…');
  });

  it('writes numbers and times as the country of its reader does', async () => {
    const layout = layoutOf(
      { Sum: 'decimal', At: 'timestamp', Day: 'date' },
      { locale: 'de-DE', timezone: 'Europe/Berlin' },
    );
    const [page = ''] = await pagesOf([[['1234567.50', '2026-07-01T12:00:00Z', '2026-01-31']]], layout);
    expect(page).toContain('1.234.567,50');
    expect(page).toContain('01.07.2026, 14:00:00');
    expect(page).toContain('31.01.2026');
  });

  it('refuses more columns than can be read, and says how many can', async () => {
    const columns = (count: number): Layout =>
      layoutOf(Object.fromEntries(Array.from({ length: count }, (_, at) => [`c${at}`, 'integer'])));
    const row = (count: number): Row => Array.from({ length: count }, (_, at) => String(at));
    expect(await pagesOf([[row(23)]], columns(23))).toEqual([expect.stringContaining('22')]);
    await expect(pagesOf([[row(24)]], columns(24))).rejects.toMatchObject({
      code: 'too_many_columns',
      message: 'A page has room for 23 columns, and there are 24; choose those that are needed, or another format.',
    });
  });

  it('leaves short numbers whole beside long texts', async () => {
    const named = <T>(name: string, count: number, type: T): Record<string, T> =>
      Object.fromEntries(Array.from({ length: count }, (_, at) => [`${name}${at}`, type]));
    const layout = layoutOf({ ...named('t', 8, 'text' as const), ...named('n', 4, 'integer' as const) });
    const row: Row = [
      ...Array.from({ length: 8 }, () => 'a long text '.repeat(40)),
      ...['1234', '5678', '9012', '3456'],
    ];
    const [page = ''] = await pagesOf([[row]], layout);
    for (const number of ['1,234', '5,678', '9,012', '3,456']) expect(page).toContain(number);
  });

  it('is a page with the head of the table when there are no rows', async () => {
    expect(await pagesOf([], layoutOf({ Name: 'text' }))).toEqual([expect.stringMatching(/Name/)]);
  });
});
