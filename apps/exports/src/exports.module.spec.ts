import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import { openRows } from '#libs/datasets';
import { eventually } from '../../../test/support/eventually.js';
import { catalogOf } from '../spec/catalog-of.js';
import { type CompiledThreads, compileThreads } from '../spec/compiled-threads.js';
import { jobInMemory, type JobInMemory, type JobOptions } from '#libs/consumer-testing';
import { INSTALLATION_PATIENCE_MS, type MariadbDatabase, startMariadb } from '../spec/mariadb-database.js';
import { CreateHandler } from './tasks/create/create.handler.js';
import { type CreatePayload } from './tasks/create/create.payload.js';
import { ExecuteHandler } from './tasks/execute/execute.handler.js';
import { ImportHandler } from './tasks/import/import.handler.js';
import { ReportHandler } from './tasks/report/report.handler.js';

const MANY = 100_000;
const TABLES = `
  create table people (id bigint primary key, name varchar(40), born date, paid decimal(12, 2), score double, active boolean,
    joined datetime(3), extra json, photo varbinary(4));
  insert into people values
    (9007199254740993, 'Zoë, Ω и 東京', '1815-12-10', 99999999.90, 0.1, true, '2026-03-29 00:30:00.25', '{"a": [1]}', x'00ff'),
    (2, "O'Hara \\\\", null, -5, 1e-3, false, null, null, null);
  create table numbers (n int primary key, label varchar(20), kind int) as
    select seq as n, concat('row ', seq) as label, seq % 3 as kind from seq_1_to_${MANY};
  create table copies (id int primary key, name varchar(12) not null, born date, paid decimal(8, 2) check (paid >= 0),
    active boolean default true, seen datetime);
  create table fragile (id int primary key) engine = MyISAM;
  create table loose (id int, name varchar(12));
  create table shared (tenant varchar(63), id int, name varchar(12), primary key (tenant, id));
  create table twofold (id int primary key, name varchar(12) unique);
  analyze table numbers;
`;
const WHERE = "from numbers where timestamp(date_add('2025-12-30', interval n hour)) >= :from and";
const keyed = (table: string): object => ({
  database: 'shop',
  sql: "select 1 as id, 'a' as name",
  columns: { id: 'integer', name: 'text' },
  import: { table, key: ['id'] },
});
const DATASETS = {
  people: {
    database: 'shop',
    sql: `select * from people where (:name is null or name = :name) and (:paid is null or paid < :paid)
      and (:since is null or joined >= :since) order by id`,
    params: {
      ...{ name: { type: 'text', default: null }, paid: { type: 'decimal', default: null } },
      since: { type: 'timestamp', default: null },
    },
    columns: {
      ...{ id: 'integer', name: 'text', born: 'date', paid: 'decimal', score: 'float', active: 'boolean' },
      ...{ joined: 'timestamp', extra: 'json', photo: 'text' },
    },
  },
  numbers: { database: 'shop', sql: 'select * from numbers', columns: { n: 'integer', label: 'text' } },
  slow: {
    database: 'shop',
    sql: 'select n, sleep(60) as label from numbers',
    columns: { n: 'integer', label: 'text' },
  },
  writing: { database: 'shop', sql: 'delete from numbers', columns: { n: 'integer' } },
  copies: {
    database: 'shop',
    sql: 'select * from copies',
    columns: { id: 'integer', name: 'text', born: 'date', paid: 'decimal', active: 'boolean', seen: 'timestamp' },
    import: { table: 'copies', key: ['id'], required: ['id', 'name'] },
  },
  fragile: { database: 'shop', sql: 'select 1 as id', columns: { id: 'integer' }, import: { table: 'fragile' } },
  loose: keyed('loose'),
  twofold: keyed('twofold'),
  shared: {
    ...{ database: 'shop', sql: 'select 1 as id', columns: { id: 'integer', name: 'text' } },
    import: { table: 'shared', key: ['id'], required: ['name'], tenantColumn: 'tenant' },
  },
};
const STATEMENTS = {
  clean: {
    database: 'shop',
    sql: 'delete from copies where id > :above limit 100',
    params: { above: { type: 'integer', default: 0 } },
  },
  settle: { database: 'shop', sql: "update copies set name = 'settled'" },
};
const REPORTS = {
  kinds: {
    database: 'shop',
    title: 'Kinds',
    sections: [
      {
        ...{ title: 'Kinds', kind: 'bar', columns: { kind: 'text', count: 'integer' } },
        sql: `select kind, count(*) as count ${WHERE} timestamp(date_add('2025-12-30', interval n hour)) < :to group by kind order by kind`,
      },
    ],
  },
};

describe('exports, on MariaDB', () => {
  let database: MariadbDatabase;
  let compiled: CompiledThreads;
  let handlers: { create: CreateHandler; report: ReportHandler; import: ImportHandler; execute: ExecuteHandler };
  const catalog = (): ReturnType<typeof catalogOf> =>
    catalogOf(database.url, { datasets: DATASETS, statements: STATEMENTS, reports: REPORTS });

  beforeAll(async () => {
    [database, compiled] = await Promise.all([startMariadb(TABLES), compileThreads()]);
    const { threads } = compiled;
    handlers = {
      create: new CreateHandler(catalog(), threads),
      report: new ReportHandler(catalog(), threads),
      import: new ImportHandler(catalog()),
      execute: new ExecuteHandler(catalog()),
    };
  }, INSTALLATION_PATIENCE_MS);
  afterAll(async () => {
    await Promise.all([database.stop(), compiled.remove()]);
  });
  beforeEach(() =>
    database.client.query('delete from copies; drop table if exists leveret_imports, leveret_import_errors'),
  );

  async function create(
    payload: Partial<CreatePayload>,
    options: JobOptions = {},
  ): Promise<JobInMemory & { text: string }> {
    const job = jobInMemory(options);
    await handlers.create.create({ dataset: 'people', format: 'csv', header: false, ...payload }, job.context);
    return { ...job, text: String([...job.saved.values()][0] ?? '') };
  }

  async function importFile(lines: readonly string[], options: object = {}, job = jobInMemory()): Promise<unknown[]> {
    const source = job.give(Buffer.from(lines.join('\n')));
    const { inserted, updated, rejected } = await handlers.import.import(
      { dataset: 'copies', source, ...options },
      job.context,
    );
    const errors = job.saved.get('errors.csv');
    return [
      inserted,
      updated,
      rejected,
      errors === undefined ? [] : parse(errors, { bom: true, from: 2 }).map((row) => row.slice(0, 3)),
    ];
  }

  const rowsOf = async (sql: string): Promise<unknown[]> =>
    (await database.client.query({ sql, rowsAsArray: true }))[0] as unknown[];

  it('writes every value as it is in the database', async () => {
    expect(parse((await create({})).text)).toEqual([
      ['2', "O'Hara \\", '', '-5.00', '0.001', 'false', '', '', ''],
      [
        '9007199254740993',
        'Zoë, Ω и 東京',
        '1815-12-10',
        '99999999.90',
        '0.1',
        'true',
        '2026-03-29T00:30:00.250Z',
        '{"a": [1]}',
        '\\x00ff',
      ],
    ]);
  });

  it.each([
    [{ name: "O'Hara \\" }, '2'],
    [{ name: "' or 1 = 1 -- " }, ''],
    [{ paid: '0.00' }, '2'],
    [{ since: '2026-03-29T02:30:00+02:00' }, '9007199254740993'],
    [{ since: '2026-03-29T00:30:01Z' }, ''],
  ])('takes %j as a value and not as SQL', async (params, ids) => {
    expect((await create({ params, columns: ['id'] })).text.trim()).toBe(ids);
  });

  it('gives all rows, with progress by an estimate', async () => {
    const { text, progress } = await create({ dataset: 'numbers' });
    expect(text.split('\r\n')).toHaveLength(MANY + 1);
    expect(progress[0]?.message).toMatch(/^[\d,]+ of about [\d,]+ rows$/);
  });

  it('gives rows as of one moment, and no more of them than are asked for', async () => {
    const dataset = catalog().dataset('numbers', 'default');
    const query = { sql: dataset.sql, values: [], columns: dataset.columns };
    const rows = await openRows(dataset.database, query, { signal: new AbortController().signal });
    await database.client.query("update numbers set label = 'changed'");
    let count = 0;
    for (let batch = await rows.read(); batch.length > 0; batch = await rows.read()) {
      expect(batch.length).toBeLessThanOrEqual(1_000);
      expect(batch.some(([, label]) => label === 'changed')).toBe(false);
      count += batch.length;
    }
    expect(count).toBe(MANY);
    await rows.close();
  });

  const sleepers = (): Promise<unknown[]> =>
    rowsOf("select id from information_schema.processlist where state = 'User sleep'");
  const oneSleeper = (): Promise<unknown> =>
    eventually('sleeping query', async () => ((await sleepers()) as [number][])[0]?.[0]);
  const noSleeper = (): Promise<true> =>
    eventually('end of the query', async () => (await sleepers()).length === 0 || undefined);

  it('stops the query in the database when the job is cancelled', async () => {
    const cancelling = new AbortController();
    const ending = create({ dataset: 'slow' }, { signal: cancelling.signal });
    await oneSleeper();
    cancelling.abort(new Error('cancelled'));
    await expect(ending).rejects.toThrow('cancelled');
    await noSleeper();
  });

  it('leaves nobody waiting for the rows of a query that was stopped', async () => {
    const { sql, columns, database: shop } = catalog().dataset('slow', 'default');
    const stopping = new AbortController();
    const opening = openRows(shop, { sql, values: [], columns }, { signal: stopping.signal });
    await oneSleeper();
    stopping.abort(new Error('stopped'));
    await expect(opening).rejects.toThrow('stopped');
    await noSleeper();
  });

  it('is tried again when its connection breaks while rows are read', async () => {
    const ending = create({ dataset: 'slow' });
    const sleeper = await oneSleeper();
    // The app may hear that its connection is gone before the server has answered who broke it.
    await Promise.all([
      expect(ending).rejects.toMatchObject({ name: 'TemporaryError', code: 'database_error' }),
      database.client.query(`kill ${String(sleeper)}`),
    ]);
  });

  it('lets no query write', async () => {
    await expect(create({ dataset: 'writing' })).rejects.toMatchObject({ code: 'query_failed' });
  });

  it('makes a report between two moments', async () => {
    const job = jobInMemory();
    await handlers.report.report({ report: 'kinds', period: 'yesterday', format: 'csv' }, job.context);
    expect(String([...job.saved.values()][0])).toBe('Kinds\r\nKind,Count\r\n0,8\r\n1,8\r\n2,8\r\n');
  });

  it('imports good rows, and rejects bad ones with line, column and reason', async () => {
    await database.client.query("insert into copies (id, name) values (7, 'there')");
    const [inserted, , , errors] = await importFile([
      'id,name,born,paid,seen',
      ...[
        "1,it's \\ good,2000-01-01,1.00,2026-01-01T01:00:00+01:00",
        '5,far too long a name,,,',
        '6,below zero,,-1,',
        '7,once more,,,',
      ],
      '9,good,,,',
    ]);
    expect(inserted).toBe(2);
    expect(errors).toEqual([
      ['3', 'name', expect.stringContaining('too long')],
      ['4', '', expect.stringContaining('CONSTRAINT')],
      ['5', '', expect.stringContaining('Duplicate entry')],
    ]);
    expect(await rowsOf('select id, name, cast(born as char), cast(seen as char) from copies where id = 1')).toEqual([
      [1, "it's \\ good", '2000-01-01', '2026-01-01 00:00:00'],
    ]);
  });

  it('upserts by the key, the last row of a key counts', async () => {
    await database.client.query("insert into copies (id, name, paid) values (1, 'old', 5), (3, 'same', 1)");
    expect(await importFile(['id,name', '1,new', '2,first', '2,second', '3,same'], { mode: 'upsert' })).toEqual([
      1,
      3,
      0,
      [],
    ]);
    expect(await rowsOf('select id, name, paid from copies order by id')).toEqual([
      [1, 'new', '5.00'],
      [2, 'second', null],
      [3, 'same', '1.00'],
    ]);
  });

  it('writes rows as those of the tenant alone, and none without a key', async () => {
    await database.client.query("insert into shared values ('globex', 1, 'theirs'), ('default', 2, 'old')");
    const lines = ['id,name', '1,ours', '2,new', ',nobody'];
    expect(await importFile(lines, { dataset: 'shared', mode: 'upsert' })).toEqual([
      1,
      1,
      1,
      [['4', 'id', 'is missing']],
    ]);
    expect(await rowsOf('select * from shared order by tenant, id')).toEqual([
      ['default', 1, 'ours'],
      ['default', 2, 'new'],
      ['globex', 1, 'theirs'],
    ]);
  });

  it('writes nothing in a dry run, and says what would become of the rows', async () => {
    expect(await importFile(['id,name', '1,a', '1,b'], { dryRun: true })).toEqual([
      1,
      0,
      1,
      [['3', '', expect.stringContaining('Duplicate entry')]],
    ]);
    expect(
      await rowsOf(
        "select id from copies union all select 0 from information_schema.tables where table_name like 'leveret%'",
      ),
    ).toEqual([]);
  });

  it('goes on where a run of the job was stopped, without losing or doubling a row', async () => {
    const lines = [
      'id,name',
      ...Array.from({ length: 12_000 }, (_, index) => `${index % 4_000 === 7 ? 'bad' : index},n`),
    ];
    const stopping = new AbortController();
    const first = jobInMemory({ signal: stopping.signal, onProgress: () => stopping.abort(new Error('stopped')) });
    await expect(importFile(lines, {}, first)).rejects.toThrow('stopped');
    expect(await rowsOf('select count(*) from copies')).toEqual([[4_998]]);
    // The outcome of the second run may be lost too.
    for (let run = 2; run <= 3; run += 1) expect((await importFile(lines)).slice(0, 3)).toEqual([11_997, 0, 3]);
    expect(await rowsOf('select count(*) from copies')).toEqual([[11_997]]);
  });

  it('imports into no table that keeps half of a batch', async () => {
    await expect(importFile(['id', '1'], { dataset: 'fragile' })).rejects.toMatchObject({ code: 'no_transactions' });
  });

  it.each(['loose', 'twofold'])(
    'upserts nothing into the table %s, which is not unique by the key alone',
    async (dataset) => {
      const lines = ['id,name', '1,one'];
      await expect(importFile(lines, { dataset, mode: 'upsert' })).rejects.toMatchObject({ code: 'unfit_key' });
      expect((await importFile(lines, { dataset }))[0]).toBe(1);
    },
  );

  it('runs a statement until it changes no more rows', async () => {
    await importFile(['id,name', ...Array.from({ length: 250 }, (_, index) => `${index + 1},n`)]);
    const run = (statement: string): Promise<unknown> => handlers.execute.execute({ statement }, jobInMemory().context);
    expect(await run('settle')).toEqual({ rows: 250, batches: 2 });
    expect(await run('clean')).toEqual({ rows: 250, batches: 4 });
  });
});
