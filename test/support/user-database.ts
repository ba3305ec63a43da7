import pg from 'pg';
import { PrivatePostgres } from '../../tools/local-nodes/private-postgres.js';
import { startDatabase, type TestDatabase as Started } from './test-database.js';

/** A PostgreSQL of a user, for one spec file. */
export type TestDatabase = Started<pg.Client>;

/** Starts a PostgreSQL server in a folder of its own and runs SQL on its empty database. */
export function startUserDatabase(sql: string): Promise<TestDatabase> {
  const connect = async (connectionString: string): Promise<pg.Client> => {
    const client = new pg.Client({ connectionString });
    await client.connect();
    return client;
  };
  return startDatabase({ serverIn: (folder) => new PrivatePostgres(folder), connect }, sql);
}
