import { type BenchSuite } from './bench-suite.js';
import { inDatabase } from './bench-shop.js';

/** A further database on the server of the suite. */
export async function makeDatabase(suite: BenchSuite, name: string): Promise<{ url: string; isNew: boolean }> {
  return inDatabase(suite.database.url, async (client) => {
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [name]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${name}`);
    const url = new URL(suite.database.url);
    url.pathname = `/${name}`;
    return { url: url.href, isNew: rowCount === 0 };
  });
}
