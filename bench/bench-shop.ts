import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';

const TABLE = `create table sales (id integer primary key, customer text not null, email text not null, city text not null,
  placed_at timestamptz not null, quantity integer not null, total numeric(12, 2) not null, note text)`;
/** Rows as a shop has them: one in ten with a remark that has to be quoted. */
const FILL = `insert into sales select n, 'Customer ' || n % 5000, 'customer' || n % 5000 || '@example.org', 'Warszawa',
  '2026-01-01 00:00Z'::timestamptz + n * interval '1 minute', 1 + n % 4, (n % 20000) / 100.0,
  case when n % 10 = 0 then 'Leave it at the "blue" door, please' end from generate_series(1, $1) n`;
const COLUMNS = {
  ...{ id: 'integer', customer: 'text', email: 'text', city: 'text', placed_at: 'timestamp' },
  ...{ quantity: 'integer', total: 'decimal', note: 'text' },
};

/** A user's database for benchmarks, beside the ledger, and the file that names its datasets. */
export interface BenchShop {
  readonly url: string;
  readonly catalog: string;
}

/** Makes the database with empty tables. */
export async function makeShop(ledgerUrl: string, folder: string): Promise<BenchShop> {
  const url = new URL(ledgerUrl);
  url.pathname = '/shop';
  await inDatabase(ledgerUrl, (client) => client.query('create database shop'));
  await inDatabase(url.href, (client) => client.query(`${TABLE}; create table copies (like sales including all)`));
  const catalog = join(folder, 'datasets.json');
  const dataset = (table: string): object => ({
    database: 'shop',
    sql: `select * from ${table} where id <= :last order by id`,
    params: { last: { type: 'integer', default: 2_147_483_647 } },
    columns: COLUMNS,
    import: { table, key: ['id'] },
  });
  const datasets = { sales: dataset('sales'), copies: dataset('copies') };
  await writeFile(catalog, JSON.stringify({ databases: { shop: { url: url.href } }, datasets }));
  return { url: url.href, catalog };
}

/** Fills the shop with at least so many sales. */
export async function fillShop({ url }: BenchShop, rows: number): Promise<void> {
  await inDatabase(url, async (client) => {
    const { rows: found } = await client.query<{ count: number }>('select count(*)::int as count from sales');
    if ((found[0]?.count ?? 0) >= rows) return;
    await client.query('truncate sales');
    await client.query(FILL, [rows]);
    await client.query('analyze sales');
  });
}

/** Does something on a connection of its own. */
export async function inDatabase<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
