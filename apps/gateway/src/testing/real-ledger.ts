import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PrivatePostgres } from '../../../../tools/local-nodes/private-postgres.js';
import { Database } from '../ledger/database.js';
import { putEmptyLedger } from './empty-ledger.js';

/** A ledger on a PostgreSQL server of its own, for one spec file. */
export interface RealLedger {
  readonly database: Database;
  /** For further connections, such as those of another gateway. */
  readonly url: string;
  readonly stop: () => Promise<void>;
}

/** Starts a server with an empty ledger in a folder of its own. */
export async function startRealLedger(): Promise<RealLedger> {
  const folder = await mkdtemp(join(tmpdir(), 'leveret-ledger-'));
  await putEmptyLedger(join(folder, 'postgres'));
  const server = new PrivatePostgres(join(folder, 'postgres'));
  await server.start();
  const database = new Database(server.url);
  const stop = async (): Promise<void> => {
    await database.close();
    await server.kill();
    await rm(folder, { recursive: true, force: true });
  };
  return { database, url: server.url, stop };
}
