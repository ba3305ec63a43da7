import { type BenchSuite } from './bench-suite.js';
import { inDatabase } from './bench-shop.js';

/** A further database on the server of the suite; one that is there already stays as it is. */
export function makeDatabase(suite: BenchSuite, name: string): Promise<{ url: string; isNew: boolean }> {
  return inDatabase(suite.database.url, async (client) => {
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [name]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${name}`);
    return { url: urlOf(suite, name), isNew: rowCount === 0 };
  });
}

/** The address of an empty database, in the place of an earlier one that nobody uses any more. */
export function renewDatabase(suite: BenchSuite, name: string): Promise<string> {
  return inDatabase(suite.database.url, async (client) => {
    await client.query(`DROP DATABASE IF EXISTS ${name}`);
    await client.query(`CREATE DATABASE ${name}`);
    return urlOf(suite, name);
  });
}

function urlOf(suite: BenchSuite, name: string): string {
  const url = new URL(suite.database.url);
  url.pathname = `/${name}`;
  return url.href;
}
