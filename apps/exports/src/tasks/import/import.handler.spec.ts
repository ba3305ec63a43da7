import { Readable } from 'node:stream';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { catalogOf } from '../../../spec/catalog-of.js';
import {
  imported,
  importFile as importOf,
  type Imported,
  type ImportOrder,
  rejectionsOf,
} from '../../../spec/import-file.js';
import { jobInMemory, type JobInMemory } from '#libs/consumer-testing';
import { startUserDatabase, type TestDatabase } from '../../../spec/user-database.js';
import { ImportHandler } from './import.handler.js';

const TABLES = `
  create type mood as enum ('glad', 'sad');
  create table people (id int primary key, name varchar(12) not null, born date, paid numeric(8,2) check (paid >= 0),
    feels mood, extra jsonb, active boolean default true);
`;
const DATASETS = {
  people: {
    database: 'shop',
    sql: 'select * from people',
    columns: {
      ...{ id: 'integer', name: { type: 'text', title: 'Full name' }, born: 'date', paid: 'decimal', feels: 'text' },
      ...{ extra: 'json', active: 'boolean' },
    },
    import: { table: 'people', key: ['id'], required: ['id', 'name'] },
  },
  readable: { database: 'shop', sql: 'select 1 as n', columns: { n: 'integer' } },
  keyless: { database: 'shop', sql: 'select 1 as id', columns: { id: 'integer' }, import: { table: 'people' } },
};

describe('exports.import', () => {
  let database: TestDatabase;
  let handler: ImportHandler;

  beforeAll(async () => {
    database = await startUserDatabase(TABLES);
    handler = new ImportHandler(catalogOf(database.url, { datasets: DATASETS }));
  });
  afterAll(() => database.stop());
  beforeEach(async () => {
    await database.client.query('truncate people; drop table if exists leveret_imports, leveret_import_errors');
  });

  const importFile = (
    file: string | Buffer,
    options: Partial<ImportOrder> = {},
    job?: JobInMemory,
  ): Promise<Imported> => importOf(handler, { dataset: 'people', file, ...options }, job);

  const people = async (columns = 'id, name'): Promise<unknown[]> =>
    (await database.client.query<Record<string, unknown>>(`select ${columns} from people order by id`)).rows.map(
      (row) => Object.values(row),
    );

  it('writes the rows of a CSV, by the names or titles of its columns', async () => {
    const file =
      'id,Full name,born,paid,extra,active\n1,"Ada ""L"", x",1815-12-10,12.5,"{""a"": 1}",no\n2,Zoë,,,,yes\n';
    expect((await importFile(file)).result).toEqual({
      inserted: 2,
      updated: 0,
      rejected: 0,
      errors: null,
      dryRun: false,
    });
    expect(await people('id, name, born::text, paid::text, extra, active')).toEqual([
      [1, 'Ada "L", x', '1815-12-10', '12.50', { a: 1 }, false],
      [2, 'Zoë', null, null, null, true],
    ]);
  });

  it.each([
    ['semicolons', 'id;name\n1;"a;b,c,d"\n', 'a;b,c,d'],
    ['tabs', 'id\tname\n1\tb,c\n', 'b,c'],
    ['a byte order mark', '\uFEFFid,name\n1,x\n', 'x'],
    ['UTF-16', Buffer.from('\uFEFFid,name\n1,Żółć\n', 'utf16le'), 'Żółć'],
    ['Windows-1252', Buffer.from('id,name\r\n1,M\xfcller \x80\r\n', 'latin1'), 'Müller €'],
    ['line breaks and tabs in texts', 'id,name\n1,"a\r\nb\t\\N"\n', 'a\r\nb\t\\N'],
  ])('reads a CSV with %s', async (_what, content, name) => {
    expect((await importFile(content)).errors).toEqual([]);
    expect(await people()).toEqual([[1, name]]);
  });

  it('writes the rows of an NDJSON', async () => {
    const file = '{"id": 1, "name": "Ada", "extra": {"a": [1]}}\r\n\n{"name": "Bob", "id": "2", "active": false}\n';
    const { result, errors } = await importFile(file);
    expect(result).toMatchObject({ inserted: 1, rejected: 1 });
    expect(errors).toEqual([['3', 'active', 'is no column of the first record']]);
    expect(await people('id, extra')).toEqual([[1, { a: [1] }]]);
  });

  it('takes numbers of an NDJSON as they are written', async () => {
    const line = '{"id": 1, "name": "Ada", "paid": 123456.7800000000, "extra": {"a": 9007199254740993}}';
    expect((await importFile(line)).result).toMatchObject({ inserted: 1, rejected: 0 });
    expect(await people("paid::text, extra->>'a'")).toEqual([['123456.78', '9007199254740993']]);
  });

  it('writes rows that the job itself carries', async () => {
    const job = jobInMemory();
    const payload = {
      dataset: 'people',
      rows: [
        { id: 1, name: 'Ada' },
        { id: 2, name: null },
      ],
    };
    const { result, errors } = imported(await handler.import(payload, job.context), job);
    expect(result).toMatchObject({ inserted: 1, rejected: 1 });
    expect(errors).toEqual([['2', 'name', 'is missing']]);
  });

  it('rejects bad rows with line, column and reason, and writes the others', async () => {
    await database.client.query("insert into people (id, name) values (7, 'there')");
    const lines = [
      'id,name,born,paid,feels',
      ...['1,good,2000-01-01,1.00,glad', 'x,no number,,,', '2,,,,', '3,no such day,2026-02-30,,', '4,too many,,,,,'],
      ...['5,far too long a name,,,', '6,below zero,,-1,', '7,once more,,,', '8,no mood,,,furious', '9,good,,,sad'],
    ];
    const { result, errors } = await importFile(lines.join('\n'));
    expect(result).toMatchObject({ inserted: 2, updated: 0, rejected: 8 });
    expect(await people()).toEqual([
      [1, 'good'],
      [7, 'there'],
      [9, 'good'],
    ]);
    expect(errors).toEqual([
      ['3', 'id', 'must be a whole number of at most 64 bits'],
      ['4', 'name', 'is missing'],
      ['5', 'born', 'must be a date such as 2026-01-31'],
      ['6', '', 'has 7 fields, where the first line has 5'],
      ['7', '', 'value too long for type character varying(12)'],
      ['8', '', expect.stringContaining('people_paid_check')],
      ['9', '', expect.stringContaining('Key (id)=(7) already exists.')],
      ['10', '', expect.stringContaining('invalid input value for enum mood')],
    ]);
  });

  it('upserts by the key, the last row of a key counts', async () => {
    await database.client.query("insert into people (id, name, paid) values (1, 'old', 5)");
    const { result } = await importFile('id,name\n1,new\n2,first\n2,second\n', { mode: 'upsert' });
    expect(result).toMatchObject({ inserted: 1, updated: 2, rejected: 0 });
    expect(await people('id, name, paid::text')).toEqual([
      [1, 'new', '5.00'],
      [2, 'second', null],
    ]);
  });

  it('writes nothing in a dry run, and says what would become of the rows', async () => {
    const { result, errors } = await importFile('id,name\n1,a\n1,b\n2,a name that is too long\n', { dryRun: true });
    expect(result).toMatchObject({ inserted: 1, rejected: 2, dryRun: true });
    expect(errors.map(([line]) => line)).toEqual(['3', '4']);
    expect(await people()).toEqual([]);
    const { rows } = await database.client.query("select to_regclass('leveret_imports') as notes");
    expect(rows).toEqual([{ notes: null }]);
  });

  it('goes on where a run of the job was stopped, without losing or doubling a row', async () => {
    const file = [
      'id,name',
      ...Array.from({ length: 12_000 }, (_, index) => `${index % 4_000 === 7 ? 'bad' : index},n`),
    ].join('\n');
    const stopping = new AbortController();
    const first = jobInMemory({ signal: stopping.signal, onProgress: () => stopping.abort(new Error('stopped')) });
    await expect(importFile(file, {}, first)).rejects.toThrow('stopped');
    expect(await people()).toHaveLength(4_998);

    const { result, errors } = await importFile(file);
    expect(result).toMatchObject({ inserted: 11_997, rejected: 3 });
    expect(errors.map(([line]) => line)).toEqual(['9', '4009', '8009']);
    expect(await people()).toHaveLength(11_997);

    // The outcome of the second run may be lost too.
    expect((await importFile(file)).result).toMatchObject({ inserted: 11_997, rejected: 3 });
    expect(await people()).toHaveLength(11_997);
  });

  it.each([
    ['too_many_rejected', 'id,name\nx,a\n2,b\n', ['2']],
    ['bad_source', `id,name\nx,a\n${lines(5_000)}y,b\n5,"c`, ['2']],
  ])('stores the rows that were rejected before it failed with %s, each time', async (code, file, numbers) => {
    for (const job of [jobInMemory(), jobInMemory()]) {
      await expect(importFile(file, { maxRejected: code === 'bad_source' ? 5 : 0 }, job)).rejects.toMatchObject({
        code,
        message: expect.stringMatching(/ in the file default\/[\da-f-]+\/1-errors\.csv\.$/),
      });
      expect(rejectionsOf(job).map(([line]) => line)).toEqual(numbers);
    }
  });

  it('ends at once when it is to stop while its source says nothing', async () => {
    const stopping = new AbortController();
    const job = jobInMemory({ signal: stopping.signal });
    const silent = new Readable({ read: () => setImmediate(() => stopping.abort(new Error('stopped'))) });
    const running = handler.import({ dataset: 'people', source: job.give(silent) }, job.context);
    await expect(running).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('leaves the field to another run of the job', async () => {
    const overtaken = jobInMemory({
      onProgress: () => void database.client.query('update leveret_imports set rows_read = rows_read + 1'),
    });
    const file = ['id,name', ...Array.from({ length: 10_001 }, (_, index) => `${index},n`)].join('\n');
    await expect(importFile(file, {}, overtaken)).rejects.toMatchObject({ code: 'import_overtaken' });
  });

  it.each([
    ['unknown_column', 'id,nam\n1,a\n', {}],
    ['missing_column', 'id\n1\n', {}],
    ['empty_source', 'id,name\n', {}],
    ['bad_source', 'id,name\n1\n2,b,c\n', {}],
    ['bad_source', 'id,name,name\n1,a,b\n', {}],
    ['bad_source', 'id,name\n1,"a\n2,b\n', {}],
    ['too_many_rejected', 'id,name\nx,a\ny,b\n', { maxRejected: 1 }],
    ['no_import', 'n\n1\n', { dataset: 'readable' }],
    ['no_key', 'id\n1\n', { dataset: 'keyless', mode: 'upsert' as const }],
    ['unknown_dataset', 'id\n1\n', { dataset: 'none' }],
  ])('fails for good with %s: %j', async (code, content, options) => {
    await expect(importFile(content, options)).rejects.toMatchObject({ name: 'PermanentError', code });
  });
});

function lines(count: number): string {
  return Array.from({ length: count }, (_, index) => `${index},n\n`).join('');
}
