import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mysql from 'mysql2/promise';
import { Screen } from '../../tools/console/screen.js';
import { ensureMariadb } from '../../tools/local-nodes/mariadb-program.js';
import { PrivateMariadb } from '../../tools/local-nodes/private-mariadb.js';

/** A MariaDB of a user, for one spec file. */
export interface MariadbDatabase {
  readonly url: string;
  /** A connection to look behind the scenes. */
  readonly client: mysql.Connection;
  stop(): Promise<void>;
}

/** How long it may take to install the package, when there is none. */
export const INSTALLATION_PATIENCE_MS = 10 * 60_000;

/** Starts a MariaDB server in a folder of its own and runs SQL on its empty database. */
export async function startMariadb(sql: string): Promise<MariadbDatabase> {
  const program = await ensureMariadb(new Screen(process.stderr));
  const folder = await mkdtemp(join(tmpdir(), 'leveret-datasets-'));
  const server = new PrivateMariadb(program, folder);
  await server.start();
  const client = await mysql.createConnection({ uri: server.url, multipleStatements: true, timezone: 'Z' });
  await client.query(sql);
  const stop = async (): Promise<void> => {
    await client.end();
    await server.kill();
    await rm(folder, { recursive: true, force: true });
  };
  return { url: server.url, client, stop };
}
