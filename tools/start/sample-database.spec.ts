import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { bindParams, type Catalog, loadCatalog, openRows, readAll, type Row, runStatement } from '#libs/datasets';
import { PrivatePostgres } from '../local-nodes/private-postgres.js';
import { SAMPLE_CATALOG, SampleDatabase } from './sample-database.js';

const DAY_MS = 86_400_000;

describe('the sample database', () => {
  let folder: string;
  let server: PrivatePostgres;
  let url: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'leveret-sample-'));
    server = new PrivatePostgres(join(folder, 'postgres'));
    await server.start();
    url = await sample().prepare(server.url);
  });
  afterAll(async () => {
    await server.kill();
    await rm(folder, { recursive: true, force: true });
  });

  const sample = (): SampleDatabase => new SampleDatabase(join(folder, 'sample.json'));

  const catalog = (): Catalog => loadCatalog({ file: SAMPLE_CATALOG, databaseUrls: new Map([['sample', url]]) });

  async function ask<T extends pg.QueryResultRow>(address: string, sql: string): Promise<T | undefined> {
    const client = new pg.Client({ connectionString: address });
    await client.connect();
    try {
      return (await client.query<T>(sql)).rows[0];
    } finally {
      await client.end();
    }
  }

  it('has at least 100,000 orders of two years, the last of them yesterday', async () => {
    const found = await ask<{ orders: number; last: boolean; customers: number }>(
      url,
      `select count(*)::int as orders, max(placed_at)::date = current_date - 1 as last,
        count(distinct customer_id)::int as customers from orders`,
    );
    expect(found).toMatchObject({ last: true });
    expect(found?.orders).toBeGreaterThanOrEqual(100_000);
    expect(found?.customers).toBeGreaterThan(4_000);
  });

  it('is not made a second time, and gets the orders of the days that have passed', async () => {
    await ask(url, 'delete from orders where placed_at >= current_date - 3');
    await ask(url, "update products set name = 'Mine' where id = 1");
    await expect(sample().prepare(server.url)).resolves.toBe(url);
    const orders = await ask<{ days: number }>(
      url,
      'select count(distinct placed_at::date)::int as days from orders where placed_at >= current_date - 10',
    );
    expect(orders?.days).toBe(10);
    await expect(ask(url, 'select name from products where id = 1')).resolves.toEqual({ name: 'Mine' });
  });

  it('has a user who sees neither the ledger nor any other database', async () => {
    for (const database of ['leveret', 'postgres', 'template1']) {
      const other = new URL(url);
      other.pathname = `/${database}`;
      await expect(ask(other.href, 'select 1')).rejects.toThrow(/permission denied for database/);
    }
  });

  it.each(['customers', 'products', 'orders'])(
    'has the dataset %s with the columns that its file names',
    async (name) => {
      const dataset = catalog().dataset(name, 'default');
      const bound = bindParams(dataset, 'postgres', {}, { tenant: 'default' });
      const query = { ...bound, columns: dataset.columns };
      const rows = await openRows(dataset.database, query, { signal: new AbortController().signal });
      expect(rows.fields).toEqual(dataset.columns.map((column) => column.name));
      await expect(rows.read()).resolves.not.toHaveLength(0);
      await rows.close();
    },
  );

  it.each([
    { days: 1, steps: 24 },
    { days: 10, steps: 10 },
    { days: 100, steps: 14 },
  ])(
    'has a report whose charts show the revenue that its figures tell, of $days days in $steps steps of one length',
    async ({ days, steps }) => {
      const { database, sections, params } = catalog().report('daily-sales', 'default');
      const midnight = (before: number): string =>
        new Date(Math.floor(Date.now() / DAY_MS - before) * DAY_MS).toISOString();
      const [previousFrom, from, to] = [midnight(2 * days), midnight(days), midnight(0)];
      const own = { tenant: 'default', timezone: 'UTC', previousFrom, previousTo: from, from, to };
      const queries = sections.map(({ sql, columns }) => ({
        ...bindParams({ sql, params }, 'postgres', {}, own),
        columns,
      }));
      const signal = new AbortController().signal;
      const [figures, line, bars] = await readAll(database, queries, { signal, maxRows: 5_000 });
      const revenue = Number(figures?.rows[0]?.[0]);
      expect(revenue).toBeGreaterThan(0);
      expect(sumOf(line?.rows ?? [])).toBeCloseTo(revenue, 2);
      expect(line?.rows).toHaveLength(steps);
      expect(sumOf(bars?.rows ?? [])).toBeCloseTo(revenue, 2);
    },
  );

  it.each(['forget-cancelled-orders', 'refresh-daily-totals'])(
    'has the statement %s, which comes to its end',
    async (name) => {
      const statement = catalog().statement(name, 'default');
      const bound = bindParams(statement, 'postgres', {}, { tenant: 'default' });
      const changes: number[] = [];
      for await (const changed of runStatement(statement, bound, new AbortController().signal)) changes.push(changed);
      expect(changes.at(-1)).toBe(0);
    },
  );
});

/** Of the second column: what a chart shows of now. */
function sumOf(rows: readonly Row[]): number {
  return rows.reduce((sum, row) => sum + Number(row[1]), 0);
}
