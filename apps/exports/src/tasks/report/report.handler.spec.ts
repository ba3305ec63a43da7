import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import readWorkbook from 'read-excel-file/node';
import { extractText, getDocumentProxy } from 'unpdf';
import { catalogOf } from '../../../spec/catalog-of.js';
import { type CompiledThreads, compileThreads } from '../../../spec/compiled-threads.js';
import { jobInMemory } from '#libs/consumer-testing';
import { startUserDatabase, type TestDatabase } from '../../../spec/user-database.js';
import { ReportHandler, type ReportResult } from './report.handler.js';
import { type ReportPayload } from './report.payload.js';

const TABLES = `
  create table sales (at timestamptz, shop text, amount numeric(10,2));
  insert into sales select '2025-12-31 12:00Z'::timestamptz - n * interval '1 hour', 'Shop ' || n % 9, n from generate_series(1, 200) n;
`;
const WHERE = 'from sales where at >= :from::timestamptz and at < :to::timestamptz';
const VALUES = { shop: 'text', amount: { type: 'decimal', title: 'Amount' } };
const SECTIONS = [
  {
    title: 'At a glance',
    kind: 'figures',
    sql: `select sum(amount) as amount, count(*) as sales ${WHERE}
      union all select sum(amount), count(*) from sales where at >= :previousFrom::timestamptz and at < :previousTo::timestamptz`,
    columns: { amount: { type: 'decimal', title: 'Amount' }, sales: 'integer' },
  },
  {
    title: 'Hours',
    kind: 'line',
    sql: `select to_char(at at time zone :timezone, 'HH24:MI') as hour, amount, amount / 2 as half ${WHERE} order by at`,
    columns: { hour: 'text', amount: 'decimal', half: 'decimal' },
  },
  {
    title: 'Shops',
    kind: 'bar',
    sql: `select shop, sum(amount) as amount ${WHERE} group by 1 order by 1`,
    columns: VALUES,
  },
  { title: 'Shares', kind: 'share', sql: `select shop, sum(amount) as amount ${WHERE} group by 1`, columns: VALUES },
  { title: 'Every sale', kind: 'table', sql: `select shop, amount ${WHERE} order by at`, columns: VALUES },
  { title: 'Nothing at all', kind: 'bar', sql: `select shop, amount ${WHERE} and false`, columns: VALUES },
];
const REPORTS = {
  sales: { database: 'shop', title: 'Sales', sections: SECTIONS },
  crowded: {
    ...{ database: 'shop', title: 'Crowded' },
    sections: [
      {
        title: 'Names',
        kind: 'bar',
        sql: "select 'Name ' || n || ' ' as shop, n as amount from generate_series(1, 60) n order by n",
        columns: VALUES,
      },
    ],
  },
  endless: {
    ...{ database: 'shop', title: 'Endless' },
    sections: [{ title: 'All', kind: 'table', sql: 'select generate_series(1, 6000) as n', columns: { n: 'integer' } }],
  },
};

describe('exports.report', () => {
  let database: TestDatabase;
  let compiled: CompiledThreads;
  let handler: ReportHandler;

  beforeAll(async () => {
    [database, compiled] = await Promise.all([startUserDatabase(TABLES), compileThreads()]);
    handler = new ReportHandler(catalogOf(database.url, { reports: REPORTS }), compiled.threads);
  });
  afterAll(async () => {
    await Promise.all([database.stop(), compiled.remove()]);
  });

  async function make(payload: Partial<ReportPayload>): Promise<{ result: ReportResult; content: Buffer }> {
    const job = jobInMemory();
    // It is due at the first of January 2026, midnight of UTC.
    const result = await handler.report(
      { report: 'sales', period: 'yesterday', format: 'csv', ...payload },
      job.context,
    );
    const [content = Buffer.of()] = job.saved.values();
    return { result, content };
  }

  it('has its figures, charts and tables in a PDF, with the days that it is about', async () => {
    const { result, content } = await make({ format: 'pdf' });
    expect(result).toMatchObject({ from: '2025-12-31', to: '2025-12-31', file: { filename: 'sales-2025-12-31.pdf' } });
    const pages = await pagesOf(content);
    const text = pages.join(' ');
    expect(pages[0]).toMatch(/Sales.*31 December 2025.*UTC/s);
    for (const { title } of SECTIONS) expect(text).toContain(title);
    // The 12 hours of the day before the last sale, and the 24 of the day before it.
    expect(pages[0]).toContain('compared with 30 December 2025');
    expect(text).toContain('78.00');
    expect(text).toMatch(/▼ 86\.7%/);
    expect(text).toContain('Others');
    expect(text).toContain('Nothing in this time.');
  });

  it('shows as many bars as a page has room for, and says how many there are more', async () => {
    const [text = ''] = await pagesOf((await make({ report: 'crowded', format: 'pdf' })).content);
    expect(text).toMatch(/Name 27 .*and 33 more/s);
    expect(text).not.toContain('Name 28');
  });

  it('writes a PDF as the country of its readers does', async () => {
    const { result, content } = await make({
      format: 'pdf',
      period: 'last-week',
      locale: 'de-DE',
      timezone: 'Europe/Berlin',
    });
    expect(result).toMatchObject({
      from: '2025-12-22',
      to: '2025-12-28',
      file: { filename: 'sales-2025-12-22-to-2025-12-28.pdf' },
    });
    const [first = ''] = await pagesOf(content);
    expect(first).toMatch(/22\.–28\. Dezember 2025, compared with 15\.–21\. Dezember 2025.*Europe\/Berlin/s);
  });

  it('has a sheet for each section in XLSX', async () => {
    const sheets = await readWorkbook((await make({ format: 'xlsx' })).content);
    expect(sheets.map(({ sheet }) => sheet)).toEqual(SECTIONS.map(({ title }) => title));
    expect(sheets[0]?.data).toEqual([
      ['Amount', 'Sales'],
      [78, 12],
      [588, 24],
    ]);
  });

  it('has the sections below each other in CSV', async () => {
    const text = (await make({})).content.toString();
    expect(text).toMatch(
      /^At a glance\r\nAmount,Sales\r\n78\.00,12\r\n588\.00,24\r\n\r\nHours\r\nHour,Amount,Half\r\n00:00,12\.00,/,
    );
  });

  it.each([
    ['unknown_report', { report: 'sale' }],
    ['unknown_timezone', { timezone: 'Mars/Olympus' }],
    ['too_many_rows', { report: 'endless' }],
    ['invalid_params', { params: { from: 'now' } }],
  ])('fails for good with %s: %j', async (code, payload) => {
    await expect(make(payload)).rejects.toMatchObject({ name: 'PermanentError', code });
  });
});

async function pagesOf(content: Buffer): Promise<string[]> {
  return (await extractText(await getDocumentProxy(new Uint8Array(content)))).text;
}
