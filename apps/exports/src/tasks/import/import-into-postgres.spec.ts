import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { runStatement } from '#libs/datasets';
import { catalogOf } from '../../../spec/catalog-of.js';
import { importFile, type Imported, type ImportOrder, rejectionsOf } from '../../../spec/import-file.js';
import { jobInMemory } from '#libs/consumer-testing';
import { startUserDatabase, type TestDatabase } from '../../../spec/user-database.js';
import { ImportHandler } from './import.handler.js';

const TABLES = `
  create table numbers (id int primary key, name text);
  create table prices (id numeric(8, 2) primary key, name text);
  create table ids (id uuid primary key, name text);
  create table parts (id int primary key, name text) partition by range (id);
  create table few_parts partition of parts for values from (0) to (1000);
  create view good_numbers as select * from numbers where name <> 'bad' with check option;
  create table "Capitals" (id int primary key, "Name" text);
  create table later (id int primary key, name text unique deferrable initially deferred);
  create table watched (id int primary key, name text);
  create function refuse() returns trigger language plpgsql as $$ begin
    if new.name = 'bad' then raise exception 'not this one'; end if; return new; end $$;
  create trigger watch before insert or update on watched for each row execute function refuse();
  create table own (id int primary key, name text);
  alter table own enable row level security;
  alter table own force row level security;
  create policy mine on own using (true) with check (name <> 'bad');
  create table long_names (id int primary key, name text unique);
  create table guarded (id int primary key, name text check (name <> 'bad'), secret text default 'S3CRET');
  create table moments (id int primary key, at timestamp, price numeric, extra jsonb);
  create table mails (name text, email text unique);
  create table shared (tenant text, id int, name text, primary key (tenant, id));
  create user clerk password 'clerk';
  grant all on all tables in schema public to clerk;
  grant create on schema public to clerk;
`;
const MAKE_NUMBERS = { sql: 'create table numbers (id int, name text)', values: [] };
const keyed = (table: string, name = 'name'): object => ({
  database: 'shop',
  sql: 'select 1 as id',
  columns: { id: ['prices', 'ids'].includes(table) ? 'text' : 'integer', [name]: 'text' },
  import: { table, key: ['id'] },
});
const mails = {
  database: 'shop',
  sql: 'select * from mails',
  columns: { name: 'text', email: 'text' },
  import: { table: 'mails', key: ['email'], required: ['name'] },
};
const moments = {
  database: 'shop',
  sql: 'select * from moments',
  columns: { id: 'integer', at: 'timestamp', price: 'decimal', extra: 'json' },
  import: { table: 'moments', key: ['id'] },
};
const shared = { ...keyed('shared'), import: { table: 'shared', key: ['id'], tenantColumn: 'tenant' } };
const TABLES_BY_DATASET = {
  ...{ numbers: keyed('numbers'), prices: keyed('prices'), ids: keyed('ids'), parts: keyed('parts') },
  ...{ view: keyed('good_numbers'), capitals: keyed('Capitals', 'Name'), later: keyed('later') },
  ...{ watched: keyed('watched'), own: keyed('own'), 'long-names': keyed('long_names'), guarded: keyed('guarded') },
  ...{ mails, shared, moments },
};

describe('an import into PostgreSQL', () => {
  let database: TestDatabase;
  let handler: ImportHandler;

  beforeAll(async () => {
    database = await startUserDatabase(TABLES);
    const url = new URL(database.url);
    [url.username, url.password] = ['clerk', 'clerk'];
    handler = new ImportHandler(catalogOf(url.href, { datasets: TABLES_BY_DATASET }));
  });
  afterAll(() => database.stop());
  beforeEach(async () => {
    await database.client.query(`drop table if exists leveret_imports, leveret_import_errors;
      truncate numbers, prices, ids, parts, "Capitals", later, watched, own, long_names, guarded,
      mails, shared, moments`);
  });

  const importLines = (
    dataset: string,
    lines: readonly string[],
    options: Partial<ImportOrder> = {},
  ): Promise<Imported> => importFile(handler, { dataset, file: lines.join('\n'), ...options });

  const namesIn = async (table: string): Promise<unknown[]> =>
    (await database.client.query<{ name: string }>(`select name from ${table} order by id`)).rows.map(
      ({ name }) => name,
    );

  it.each([
    ['numbers', ['1,a', '01,b']],
    ['prices', ['1.50,a', '1.501,b']],
    ['ids', ['0198AAAA-0000-7000-8000-000000000000,a', '0198aaaa-0000-7000-8000-000000000000,b']],
  ])('upserts into %s keys that are one for the table, though they are written in two ways', async (table, lines) => {
    const { result } = await importLines(table, ['id,name', ...lines], { mode: 'upsert' });
    expect(result).toMatchObject({ inserted: 1, updated: 1, rejected: 0 });
    expect(await namesIn(table)).toEqual(['b']);
  });

  it.each(['numbers', 'parts', 'view'])('inserts and upserts into %s, and counts both', async (dataset) => {
    expect((await importLines(dataset, ['id,name', '1,a', '2,b'])).result).toMatchObject({ inserted: 2, rejected: 0 });
    await database.client.query('truncate leveret_imports');
    const { result } = await importLines(dataset, ['id,name', '2,c', '3,d', '3,e'], { mode: 'upsert' });
    expect(result).toMatchObject({ inserted: 1, updated: 2, rejected: 0 });
    expect(await namesIn(dataset === 'parts' ? 'parts' : 'numbers')).toEqual(['a', 'c', 'e']);
  });

  it('finds a table and columns with capitals', async () => {
    expect((await importLines('capitals', ['id,Name', '1,a'])).result).toMatchObject({ inserted: 1 });
    expect((await importLines('capitals', ['id,Name', '1,a'], { mode: 'upsert' })).result).toMatchObject({
      inserted: 1,
    });
  });

  it('rejects rows without a key in an upsert, in which they could not be told from each other', async () => {
    const lines = ['name,email', 'a,', 'b,', 'c,c@example.org'];
    const { result, errors } = await importLines('mails', lines, { mode: 'upsert' });
    expect(result).toMatchObject({ inserted: 1, updated: 0, rejected: 2 });
    expect(errors).toEqual(['2', '3'].map((line) => [line, 'email', 'is missing']));
    await database.client.query('truncate leveret_imports');
    expect((await importLines('mails', lines.slice(0, 3))).result).toMatchObject({ inserted: 2, rejected: 0 });
  });

  it('writes rows as those of the tenant alone, where a dataset has a column for it', async () => {
    await database.client.query("insert into shared values ('globex', 1, 'theirs'), ('default', 2, 'old')");
    const { result } = await importLines('shared', ['id,name', '1,ours', '2,new'], { mode: 'upsert' });
    expect(result).toMatchObject({ inserted: 1, updated: 1, rejected: 0 });
    const { rows } = await database.client.query('select * from shared order by tenant, id');
    expect(rows).toEqual([
      { tenant: 'default', id: 1, name: 'ours' },
      { tenant: 'default', id: 2, name: 'new' },
      { tenant: 'globex', id: 1, name: 'theirs' },
    ]);
    const foreign = importLines('shared', ['id,name,tenant', '1,x,globex']);
    await expect(foreign).rejects.toMatchObject({ code: 'unknown_column' });
  });

  it('keeps moments with an offset, small numbers and texts of JSON as what they are', async () => {
    const row = { id: 1, at: '2026-01-01T01:00:00+01:00', price: 1e-7, extra: '17' };
    await importFile(handler, { dataset: 'moments', file: JSON.stringify(row) });
    const { rows } = await database.client.query('select at::text, price, extra::text from moments');
    expect(rows).toEqual([{ at: '2026-01-01 00:00:00', price: '0.0000001', extra: '"17"' }]);
  });

  it.each([
    ['the record', '{"id":1,"name":"a"}\n{"id":2,\0"name":"b"}', ['2', '', 'is no JSON']],
    [
      'a name',
      '{"id":1,"name":"a"}\n{"id":2,"na\\u0000me":"b"}',
      ['2', 'na\uFFFDme', 'is no column of the first record'],
    ],
  ])('rejects a record with the character U+0000 in %s', async (_where, file, rejected) => {
    const { result, errors } = await importFile(handler, { dataset: 'numbers', file });
    expect(result).toMatchObject({ inserted: 1, rejected: 1 });
    expect(errors).toEqual([rejected]);
  });

  it('rejects what a database of another encoding than UTF-8 cannot hold', async () => {
    await database.client.query(
      "create database western encoding 'LATIN1' template template0 locale_provider libc locale 'C'",
    );
    const url = new URL(database.url);
    url.pathname = 'western';
    const catalog = catalogOf(url.href, { datasets: { numbers: keyed('numbers') } });
    const { database: western } = catalog.dataset('numbers', 'default');
    const made = runStatement({ database: western, repeat: false }, MAKE_NUMBERS, new AbortController().signal);
    for await (const changed of made) expect(changed).toBe(0);
    const job = jobInMemory();
    const file = 'id,name\n1,Zoë\n2,Żółć\n3,c\nx,東\n';
    const { result } = await importFile(new ImportHandler(catalog), { dataset: 'numbers', file }, job);
    expect(result).toMatchObject({ inserted: 2, rejected: 2 });
    expect(rejectionsOf(job).map(([line, , , content]) => [line, content])).toEqual([
      ['3', '{"id":"2","name":"\\u017b\\u00f3\\u0142\\u0107"}'],
      ['5', '{"id":"x","name":"\\u6771"}'],
    ]);
  });

  it('tells the values of a rejected row by their names, and not without end', async () => {
    const job = jobInMemory();
    const file = `id,name\n1,bad\n2,a\n2,${'x'.repeat(100_000)}`;
    await importFile(handler, { dataset: 'guarded', file }, job);
    expect(rejectionsOf(job).map(([, , , content = '']) => content)).toEqual([
      '{"id":"1","name":"bad"}',
      expect.stringMatching(/^\{"id":"2","name":"x{4000,4096}…$/),
    ]);
  });

  it.each([
    ['a trigger', 'watched', 'bad', 'not this one'],
    ['a view', 'view', 'bad', 'new row violates check option for view "good_numbers"'],
    ['a policy', 'own', 'bad', 'new row violates row-level security policy for table "own"'],
    ['a constraint that waits for the commit', 'later', 'a', 'Key (name)=(a) already exists.'],
    ['an index for whose rows a text is too long', 'long-names', noise(20_000), 'index row'],
  ])('rejects a row that %s refuses, and writes the others', async (_who, dataset, name, reason) => {
    const { result, errors } = await importLines(dataset, ['id,name', '1,a', `2,${name}`, '3,c']);
    expect(result).toMatchObject({ inserted: 2, rejected: 1 });
    expect(errors).toEqual([['3', '', expect.stringContaining(reason)]]);
  });

  it('says of a rejected row nothing that the dataset does not have', async () => {
    const { errors } = await importLines('guarded', ['id,name', '1,bad']);
    expect(errors).toEqual([
      ['2', '', 'new row for relation "guarded" violates check constraint "guarded_name_check"'],
    ]);
  });
});

/** Text that cannot be packed. */
function noise(length: number): string {
  let seed = 1;
  const letter = (): string => String.fromCharCode(97 + ((seed = (seed * 48_271) % 2_147_483_647) % 26));
  return Array.from({ length }, letter).join('');
}
