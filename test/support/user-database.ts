import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { PrivatePostgres } from '../../tools/local-nodes/private-postgres.js';

/** A database of a user, for one spec file. */
export interface TestDatabase {
  readonly url: string;
  /** A connection to look behind the scenes. */
  readonly client: pg.Client;
  stop(): Promise<void>;
}

/** Starts a PostgreSQL server in a folder of its own and runs SQL on its empty database. */
export async function startUserDatabase(sql: string): Promise<TestDatabase> {
  const folder = await mkdtemp(join(tmpdir(), 'leveret-datasets-'));
  const server = new PrivatePostgres(join(folder, 'postgres'));
  await server.start();
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  await client.query(sql);
  const stop = async (): Promise<void> => {
    await client.end();
    await server.kill();
    await rm(folder, { recursive: true, force: true });
  };
  return { url: server.url, client, stop };
}
