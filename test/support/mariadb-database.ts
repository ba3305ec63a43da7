import mysql from 'mysql2/promise';
import { Screen } from '../../tools/console/screen.js';
import { ensureMariadb } from '../../tools/local-nodes/mariadb-program.js';
import { PrivateMariadb } from '../../tools/local-nodes/private-mariadb.js';
import { startDatabase, type TestDatabase } from './test-database.js';

/** A MariaDB of a user, for one spec file. */
export type MariadbDatabase = TestDatabase<mysql.Connection>;

/** How long it may take to install the package, when there is none. */
export const INSTALLATION_PATIENCE_MS = 10 * 60_000;

/** Starts a MariaDB server in a folder of its own and runs SQL on its empty database. */
export async function startMariadb(sql: string): Promise<MariadbDatabase> {
  const program = await ensureMariadb(new Screen(process.stderr));
  const connect = (uri: string): Promise<mysql.Connection> =>
    mysql.createConnection({ uri, multipleStatements: true, timezone: 'Z' });
  return startDatabase({ serverIn: (folder) => new PrivateMariadb(program, folder), connect }, sql);
}
