import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LocalNode } from '../../tools/local-nodes/local-node.js';

/** A connection of whatever kind. */
interface Client {
  query(sql: string): Promise<unknown>;
  end(): Promise<void>;
}

/** What is particular to a server and its connections. */
interface Kind<C extends Client> {
  readonly serverIn: (folder: string) => LocalNode;
  readonly connect: (url: string) => Promise<C>;
}

/** A database of a user, for one spec file. */
export interface TestDatabase<C extends Client> {
  readonly url: string;
  /** A connection to look behind the scenes. */
  readonly client: C;
  stop(): Promise<void>;
}

/** Starts a server in a folder of its own and runs SQL on its empty database. */
export async function startDatabase<C extends Client>(kind: Kind<C>, sql: string): Promise<TestDatabase<C>> {
  const folder = await mkdtemp(join(tmpdir(), 'leveret-datasets-'));
  const server = kind.serverIn(join(folder, 'server'));
  await server.start();
  const client = await kind.connect(server.url);
  await client.query(sql);
  const stop = async (): Promise<void> => {
    await client.end();
    await server.kill();
    await rm(folder, { recursive: true, force: true });
  };
  return { url: server.url, client, stop };
}
