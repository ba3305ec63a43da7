import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import { awaitTasks } from '../../tools/start/await-tasks.js';
import { type BenchSuite } from '../bench-suite.js';
import { fillLedger } from './fill-ledger.js';

const ANNOUNCE_PATIENCE_MS = 30_000;
/** Workers are known by then: each is heard every two seconds. */
const SETTLE_MS = 3_000;
const FOR_EVER = { KEEP_COMPLETED: 'forever', KEEP_FAILED: 'forever', KEEP_CANCELLED: 'forever' };

/** The address of a database with so many final jobs. Whoever asks first makes and fills it. */
export async function fullDatabase(suite: BenchSuite, rows: number): Promise<string> {
  const { url, isNew } = await makeDatabase(suite, 'full_ledger');
  if (isNew) {
    await useDatabase(suite, url);
    await fillLedger(url, rows);
  }
  return url;
}

/** A further database on the server of the suite. */
export async function makeDatabase(suite: BenchSuite, name: string): Promise<{ url: string; isNew: boolean }> {
  const client = new pg.Client({ connectionString: suite.database.url });
  await client.connect();
  try {
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [name]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${name}`);
    const url = new URL(suite.database.url);
    url.pathname = `/${name}`;
    return { url: url.href, isNew: rowCount === 0 };
  } finally {
    await client.end();
  }
}

/** Starts the gateway anew on a database, and waits until it knows tasks and workers. Later questions are asked there. */
export async function useDatabase(suite: BenchSuite, url: string): Promise<void> {
  await suite.restart('gateway', { DATABASE_URL: url, ...FOR_EVER });
  const missing = await awaitTasks(suite.leveret, ['lab'], ANNOUNCE_PATIENCE_MS);
  if (missing.length > 0) throw new Error('The tasks of lab were not announced again.');
  await wait(SETTLE_MS);
}
