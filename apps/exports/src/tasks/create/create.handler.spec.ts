import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import { eventually } from '../../../../../test/support/eventually.js';
import { catalogOf } from '../../../spec/catalog-of.js';
import { type CompiledThreads, compileThreads } from '../../../spec/compiled-threads.js';
import { jobInMemory, type JobInMemory, type JobOptions } from '#libs/consumer-testing';
import { startUserDatabase, type TestDatabase } from '../../../spec/user-database.js';
import { CreateHandler, type CreateResult } from './create.handler.js';
import { type CreatePayload } from './create.payload.js';

const MANY = 100_000;
/** Of 200 KB each: more than a thread has memory for. */
const WIDE = 1_500;
const SHORT_ROWS = 10_000;
/** Of 1 MB each, behind short ones. */
const LONG_ROWS = 400;

/** Chinese signs, of which a row has a hundred: nearly all that there are. */
const SIGNS = 20_900;

const TABLES = `
  create table people (id int primary key, name text, born date, paid numeric(12,2), score float8, active boolean,
    joined timestamptz, extra jsonb);
  insert into people values
    (1, 'Ada "the first" Lovelace', '1815-12-10', 1234.50, 0.5, true, '2026-03-29 00:30:00+00', '{"a": [1, 2]}'),
    (2, '=HYPERLINK("http://evil.example")', null, -5, -1e-3, false, '2026-07-01 12:00:00.25+00', null),
    (3, 'Zoë, Ω и 東京' || chr(10) || 'second line', '2000-02-29', 99999999.99, 'NaN', null, null, '"x"');
  create table numbers as select n, 'row ' || n as label from generate_series(1, ${MANY}) n;
  analyze numbers;
`;

const COLUMNS = {
  ...{ id: 'integer', name: { type: 'text', title: 'Full name' }, born: 'date', paid: 'decimal', score: 'float' },
  ...{ active: 'boolean', joined: 'timestamp', extra: 'json' },
};

const DATASETS = {
  people: {
    database: 'shop',
    sql: "select * from people where (:active::boolean is null or active = :active) and name <> ':active' order by id",
    params: { active: { type: 'boolean', default: null } },
    columns: COLUMNS,
  },
  numbers: { database: 'shop', sql: 'select * from numbers', columns: { n: 'integer', label: 'text' } },
  wide: {
    database: 'shop',
    sql: `select n, repeat(md5(n::text), 6400) as label from generate_series(1, ${WIDE}) n`,
    columns: { n: 'integer', label: 'text' },
  },
  uneven: {
    database: 'shop',
    sql: `select n, case when n <= ${SHORT_ROWS} then 'short' else repeat(md5(n::text), 32768) end as label
      from generate_series(1, ${SHORT_ROWS + LONG_ROWS}) n`,
    columns: { n: 'integer', label: 'text' },
  },
  signs: {
    database: 'shop',
    sql: `select string_agg(chr(19968 + n), '' order by n) as label from generate_series(0, ${SIGNS - 1}) n group by n / 100 order by n / 100`,
    columns: { label: 'text' },
  },
  few: { database: 'shop', sql: 'select * from numbers', columns: { n: 'integer' }, limits: { rows: 2_500 } },
  small: { database: 'shop', sql: 'select * from numbers', columns: { n: 'integer' }, limits: { bytes: 200_000 } },
  slow: { database: 'shop', sql: 'select n, pg_sleep(60)::text as label from numbers', columns: { n: 'integer' } },
  broken: { database: 'shop', sql: 'select 1 / 0 as n', columns: { n: 'integer' } },
  writing: { database: 'shop', sql: 'insert into people (id) values (9) returning id', columns: { id: 'integer' } },
  moved: { database: 'shop', sql: 'select 1 as m', columns: { n: 'integer' } },
  tenants: { database: 'shop', sql: 'select :tenant::text as t', columns: { t: 'text' }, tenants: ['default'] },
  theirs: { database: 'shop', sql: 'select 1 as n', columns: { n: 'integer' }, tenants: ['acme'] },
};

describe('exports.create', () => {
  let database: TestDatabase;
  let compiled: CompiledThreads;
  let handler: CreateHandler;

  beforeAll(async () => {
    [database, compiled] = await Promise.all([startUserDatabase(TABLES), compileThreads()]);
    handler = new CreateHandler(catalogOf(database.url, { datasets: DATASETS }), compiled.threads);
  });
  afterAll(async () => {
    await Promise.all([database.stop(), compiled.remove()]);
  });

  interface Made extends JobInMemory {
    readonly result: CreateResult;
    readonly content: Buffer;
  }

  async function create(payload: CreatePayload, options: JobOptions = {}): Promise<Made> {
    const job = jobInMemory(options);
    const result = await handler.create(payload, job.context);
    const [content = Buffer.of()] = job.saved.values();
    return { ...job, result, content };
  }

  const codeOf = (payload: CreatePayload): Promise<unknown> =>
    create(payload).then(
      () => 'completed',
      (error: unknown) => (error as { code?: string }).code ?? error,
    );

  it('writes CSV with every value as it is in the database', async () => {
    const { result, content } = await create({ dataset: 'people', format: 'csv' });
    expect(result).toMatchObject({ rows: 3, file: { filename: 'people.csv', contentType: 'text/csv; charset=utf-8' } });
    expect(parse(content)).toEqual([
      ['Id', 'Full name', 'Born', 'Paid', 'Score', 'Active', 'Joined', 'Extra'],
      [
        '1',
        'Ada "the first" Lovelace',
        '1815-12-10',
        '1234.50',
        '0.5',
        'true',
        '2026-03-29T00:30:00Z',
        '{"a": [1, 2]}',
      ],
      ['2', `'=HYPERLINK("http://evil.example")`, '', '-5.00', '-0.001', 'false', '2026-07-01T12:00:00.25Z', ''],
      ['3', 'Zoë, Ω и 東京\nsecond line', '2000-02-29', '99999999.99', 'NaN', '', '', '"x"'],
    ]);
  });

  it.each(['csv', 'ndjson', 'xlsx'] as const)(
    'writes more long rows to %s than fit into the memory of a thread',
    async (format) => {
      const { result } = await create({ dataset: 'wide', format }, { discard: true });
      expect(result.rows).toBe(WIDE);
    },
  );

  it('writes long rows that come behind many short ones', async () => {
    const { result } = await create({ dataset: 'uneven', format: 'csv' }, { discard: true });
    expect(result.rows).toBe(SHORT_ROWS + LONG_ROWS);
  });

  it('writes a PDF of more different Chinese signs than a thread has room for the outlines of', async () => {
    const { result, content } = await create({ dataset: 'signs', format: 'pdf' });
    expect(result.rows).toBe(SIGNS / 100);
    expect(content.subarray(-6).toString()).toBe('%%EOF\n');
  });

  it('reads moments in UTC whatever the URL of the database says', async () => {
    const url = new URL(database.url);
    url.searchParams.set('options', '-c TimeZone=Asia/Tokyo -c DateStyle=German');
    const elsewhere = new CreateHandler(catalogOf(url.href, { datasets: DATASETS }), compiled.threads);
    const job = jobInMemory();
    await elsewhere.create({ dataset: 'people', format: 'csv', columns: ['joined'], maxRows: 1 }, job.context);
    expect([...job.saved.values()].join('')).toBe('Joined\r\n2026-03-29T00:30:00Z\r\n');
  });

  it('says of a database that cannot be reached neither where it is nor whose', async () => {
    const away = catalogOf('postgres://someone:secret@127.0.0.1:1/shop', { datasets: DATASETS });
    const creating = new CreateHandler(away, compiled.threads).create(
      { dataset: 'people', format: 'csv' },
      jobInMemory().context,
    );
    await expect(creating).rejects.toMatchObject({
      code: 'database_unavailable',
      message: 'The database shop cannot be reached (ECONNREFUSED).',
    });
  });

  it('writes NDJSON with numbers, booleans and JSON as such', async () => {
    const { content } = await create({ dataset: 'people', format: 'ndjson', params: { active: true } });
    expect(content.toString()).toBe(
      '{"id":1,"name":"Ada \\"the first\\" Lovelace","born":"1815-12-10","paid":1234.50,"score":0.5,"active":true,' +
        '"joined":"2026-03-29T00:30:00Z","extra":{"a": [1, 2]}}\n',
    );
  });

  it('chooses, orders and names columns, and writes for a spreadsheet of a country', async () => {
    const { content } = await create({
      ...{ dataset: 'people', format: 'csv', columns: ['paid', 'joined', 'born'], titles: { paid: 'Betrag' } },
      ...{ locale: 'de-DE', timezone: 'Europe/Berlin', delimiter: ';', bom: true, maxRows: 2 },
    });
    expect(content.toString()).toBe(
      '\uFEFFBetrag;Joined;Born\r\n1234,50;29.03.2026 01:30:00;10.12.1815\r\n-5,00;01.07.2026 14:00:00;\r\n',
    );
  });

  it('shows moments with the offset of a time zone', async () => {
    const { content } = await create({
      dataset: 'people',
      format: 'csv',
      columns: ['joined'],
      timezone: 'Asia/Kolkata',
      header: false,
    });
    expect(content.toString()).toBe('2026-03-29T06:00:00.000+05:30\r\n2026-07-01T17:30:00.250+05:30\r\n""\r\n');
  });

  it('packs a file on the way', async () => {
    const { content, result } = await create({ dataset: 'people', format: 'csv', columns: ['id'], compress: 'gzip' });
    expect(result.file).toMatchObject({ filename: 'people.csv.gz', contentType: 'application/gzip' });
    expect(gunzipSync(content).toString()).toBe('Id\r\n1\r\n2\r\n3\r\n');
    const zip = await create({ dataset: 'people', format: 'csv', columns: ['id'], compress: 'zip' });
    expect(zip.result.file.filename).toBe('people.zip');
    expect(zip.content.toString('latin1')).toContain('people.csv');
  });

  it('gives all rows, with progress by the estimate of the planner', async () => {
    const { content, result, progress } = await create({ dataset: 'numbers', format: 'csv' });
    expect(result.rows).toBe(MANY);
    expect(content.toString().split('\r\n')).toHaveLength(MANY + 2);
    const percents = progress.map(({ percent }) => percent);
    expect(percents).toEqual(percents.toSorted((a, b) => a - b));
    expect(progress[0]?.message).toMatch(/^[\d,]+ of about [\d,]+ rows$/);
  });

  it('holds back the database while the storage takes nothing', async () => {
    let waited = false;
    const { result } = await create(
      { dataset: 'numbers', format: 'ndjson' },
      {
        onSave: async () => {
          // Until the thread is as far ahead as it may be, and asks its cursor for no more.
          await untilWait('ClientRead');
          waited = true;
        },
      },
    );
    expect(result.rows).toBe(MANY);
    expect(waited).toBe(true);
  });

  it('gives the rows as of one moment, whatever is written meanwhile', async () => {
    const { content } = await create(
      { dataset: 'numbers', format: 'ndjson' },
      {
        onSave: async () => {
          await untilWait('ClientRead');
          await database.client.query("update numbers set label = 'changed'");
        },
      },
    );
    expect(content.toString()).not.toContain('changed');
  });

  it('stops the query in the database when the job is cancelled', async () => {
    const cancelling = new AbortController();
    const ending = create({ dataset: 'slow', format: 'csv' }, { signal: cancelling.signal });
    await untilWait('PgSleep');
    cancelling.abort(new Error('cancelled'));
    await expect(ending).rejects.toThrow('cancelled');
    // The server forgets a session a moment after its client has gone; the query alone would go on for a minute.
    await untilWait('');
  });

  it('is tried again when its connection breaks while rows are read', async () => {
    const ending = create({ dataset: 'slow', format: 'csv' });
    await untilWait('PgSleep');
    const kill = "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'leveret-exports'";
    // The app may hear that its connection is gone before the server has answered who broke it.
    await Promise.all([
      expect(ending).rejects.toMatchObject({ name: 'TemporaryError', code: 'database_error' }),
      database.client.query(kill),
    ]);
  });

  it.each([
    ['unknown_dataset', { dataset: 'peopel' }],
    ['unknown_dataset', { dataset: 'theirs' }],
    ['invalid_params', { dataset: 'people', params: { active: 'perhaps' } }],
    ['invalid_params', { dataset: 'people', params: { color: 'red' } }],
    ['invalid_params', { dataset: 'tenants', params: { tenant: 'acme' } }],
    ['unknown_column', { dataset: 'people', columns: ['id', 'secret'] }],
    ['unknown_locale', { dataset: 'people', locale: 'no language' }],
    ['unknown_timezone', { dataset: 'people', timezone: 'Mars/Olympus' }],
    ['too_many_rows', { dataset: 'few' }],
    ['too_many_bytes', { dataset: 'small' }],
    ['query_failed', { dataset: 'broken' }],
    ['query_failed', { dataset: 'writing' }],
    ['columns_differ', { dataset: 'moved' }],
  ])('fails for good with %s: %j', async (code, payload) => {
    expect(await codeOf({ format: 'csv', ...payload })).toBe(code);
  });

  it("tells a query which tenant's job it is", async () => {
    const { content } = await create({ dataset: 'tenants', format: 'csv', header: false });
    expect(content.toString()).toBe('default\r\n');
  });

  /** Until the sessions of exports wait for this; empty: until there are none. */
  async function untilWait(wanted: string): Promise<void> {
    let seen = '';
    const look = async (): Promise<true | undefined> => {
      const { rows } = await database.client.query<{ wait_event: string | null }>(
        "select wait_event from pg_stat_activity where application_name = 'leveret-exports'",
      );
      seen = rows.map((row) => row.wait_event ?? 'nothing').join();
      return seen === wanted || undefined;
    };
    await eventually(`a wait for ${wanted}`, look, () => seen, 20_000);
  }
});
