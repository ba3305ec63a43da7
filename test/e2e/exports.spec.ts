import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import pg from 'pg';
import { type FileReference } from '#libs/contracts';
// eslint-disable-next-line no-restricted-imports -- what specs of the lib call is what a suite calls
import { type HttpTarget, startHttpTarget } from '../../libs/egress/spec/http-target.js';
import { eventually } from '../support/eventually.js';
import { SuiteJobs } from '../support/suite-jobs.js';
import { testEnvironment } from '../support/test-environment.js';
import { startSuite, type TestSuite } from '../support/test-suite.js';

jest.setTimeout(60_000);

const ROWS = 20_000;
/** While somebody has the lock 1, imports wait in the middle. */
const COPIES = `create table copies (n int primary key, twice int);
  create function wait() returns trigger language plpgsql as 'begin perform pg_advisory_xact_lock_shared(1); return new; end';
  create trigger wait before insert on copies for each row when (new.n = ${ROWS * 0.6}) execute function wait()`;
const DATASETS = {
  numbers: {
    database: 'shop',
    sql: 'select n, n * 2 as twice from numbers order by n',
    columns: { n: 'integer', twice: 'integer' },
  },
  copies: {
    ...{ database: 'shop', sql: 'select n, twice from copies', columns: { n: 'integer', twice: 'integer' } },
    import: { table: 'copies', key: ['n'] },
  },
  products: {
    ...{ database: 'shop', sql: 'select * from products' },
    columns: { id: 'integer', sku: 'text', name: 'text', category: 'text', price: 'decimal' },
    import: { table: 'products', key: ['id'] },
  },
  slow: { database: 'shop', sql: 'select n, pg_sleep(60)::text as twice from numbers', columns: { n: 'integer' } },
};

describe('exports', () => {
  const database = `exports_${randomBytes(6).toString('hex')}`;
  let suite: TestSuite;
  let jobs: SuiteJobs;
  let shop: pg.Client;
  let supplier: HttpTarget;

  beforeAll(async () => {
    const { databaseUrl, folder } = testEnvironment();
    await administer(databaseUrl, `create database ${database}`);
    const url = new URL(databaseUrl);
    url.pathname = `/${database}`;
    shop = new pg.Client({ connectionString: url.href });
    await shop.connect();
    await shop.query(`create table numbers as select generate_series(1, ${ROWS}) as n`);
    await shop.query(COPIES);
    await shop.query('create table products (id int primary key, sku text, name text, category text, price numeric)');
    const catalog = join(folder, `${database}.json`);
    await writeFile(catalog, JSON.stringify({ databases: { shop: {} }, datasets: DATASETS }));
    supplier = await startHttpTarget();
    const connections = join(folder, `${database}-connections.json`);
    await writeFile(connections, JSON.stringify({ connections: { supplier: { baseUrl: supplier.url } } }));
    const datasets = { DATASETS_FILE: catalog, DATASETS_DATABASES: `shop=${url.href}` };
    const env = { ...datasets, CONNECTIONS_FILE: connections, EGRESS_ALLOW: supplier.pair };
    suite = await startSuite({ apps: ['exports', 'integrations'], env });
    jobs = new SuiteJobs(suite);
  });

  afterAll(async () => {
    await suite.stop();
    await supplier.stop();
    await shop.end();
    await administer(testEnvironment().databaseUrl, `drop database ${database} with (force)`);
  });

  it('go from a table into a file with a link, and from the file into another table', async () => {
    const exported = await jobs.completed(
      (await jobs.enqueue('exports.create', { dataset: 'numbers', format: 'csv' })).id,
    );
    const { rows, file } = exported.result as { rows: number; file: FileReference & { url: string } };
    expect(rows).toBe(ROWS);
    const text = await (await fetch(file.url)).text();
    expect(text.split('\r\n').slice(0, 3)).toEqual(['N,Twice', '1,2', '2,4']);

    const source = { key: file.key };
    const imported = await jobs.completed((await jobs.enqueue('exports.import', { dataset: 'copies', source })).id);
    expect(imported.result).toEqual({ inserted: ROWS, updated: 0, rejected: 0, errors: null, dryRun: false });
    const { rows: found } = await shop.query('select count(*)::int, sum(twice)::int from copies');
    expect(found).toEqual([{ count: ROWS, sum: ROWS * (ROWS + 1) }]);
  });

  it('take in what a look-up at an API of others has found', async () => {
    const products = [7, 8].map((id) => ({ id, sku: `G-${id}`, name: 'Spade', category: 'Garden', price: '19.90' }));
    supplier.answer((_request, response) => {
      response.setHeader('content-type', 'application/json').end(JSON.stringify({ complete: true, products }));
    });
    const job = JSON.parse(await readFile('examples/connections/look-up-prices.json', 'utf8')) as unknown;
    expect((await jobs.ask('POST', '/v1/jobs', job)).status).toBe(202);
    const found = await eventually('rows', async () => {
      const { rows } = await shop.query('select sku from products order by sku');
      return rows.length > 0 ? rows : undefined;
    });
    expect(found).toEqual([{ sku: 'G-7' }, { sku: 'G-8' }]);
    expect(supplier.seen[0]?.url).toBe('/prices?category=Garden');
  });

  it('neither lose nor double a row when their worker is killed in the middle of an import', async () => {
    await shop.query('truncate copies; select pg_advisory_lock(1)');
    const lines = ['n,twice', ...Array.from({ length: ROWS }, (_, n) => `${n + 1},${2 * n + 2}`)];
    const source = await suite.leveret.files.upload(new File([lines.join('\n')], 'copies.csv'));
    const { id } = await jobs.enqueue('exports.import', { dataset: 'copies', source: { key: source.key } });
    await eventually('waiting import', async () => (await waitingFor('advisory')) > 0 || undefined);
    await suite.kill('exports');
    await shop.query('select pg_advisory_unlock(1)');
    await suite.startApp('exports');
    const { attempt, result } = await jobs.completed(id);
    expect({ attempt, result }).toMatchObject({ attempt: 2, result: { inserted: ROWS, updated: 0, rejected: 0 } });
    const { rows } = await shop.query('select count(*)::int, sum(twice)::int from copies');
    expect(rows).toEqual([{ count: ROWS, sum: ROWS * (ROWS + 1) }]);
  });

  it('end in the database when their job is cancelled', async () => {
    const { id } = await jobs.enqueue('exports.create', { dataset: 'slow', format: 'csv' });
    await eventually('sleeping query', async () => (await waitingFor('PgSleep')) > 0 || undefined);
    expect((await jobs.ask('POST', `/v1/jobs/${id}/cancel`)).status).toBe(202);
    await jobs.until(id, ({ status }) => status === 'cancelled');
    await eventually('end of the query', async () => (await waitingFor('PgSleep')) === 0 || undefined);
  });

  it('are refused by the gateway when their payload is wrong', async () => {
    const payload = { report: 'daily-sales', format: 'pdf', from: '2026-01-01' };
    const answer = await jobs.ask('POST', '/v1/jobs', { task: 'exports.report', payload });
    expect(answer.status).toBe(422);
  });

  /** How many sessions wait for something. */
  async function waitingFor(event: string): Promise<number> {
    const sql = 'select from pg_stat_activity where datname = current_database() and wait_event = $1';
    return (await shop.query(sql, [event])).rowCount ?? 0;
  }
});

async function administer(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(statement);
  await client.end();
}
