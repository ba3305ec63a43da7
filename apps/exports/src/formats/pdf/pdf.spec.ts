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
    const names = ['Zoë Müller', 'Łukasz', 'Ελένη', 'Олена', 'Çağla', 'Հայկ', 'ქეთევან'];
    const [page = ''] = await pagesOf([names.map((name): Row => [name])], layoutOf({ Name: 'text' }));
    for (const name of names) expect(page).toContain(name);
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

  it('is a page with the head of the table when there are no rows', async () => {
    expect(await pagesOf([], layoutOf({ Name: 'text' }))).toEqual([expect.stringMatching(/Name/)]);
  });
});
