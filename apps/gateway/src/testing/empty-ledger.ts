import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findPostgres } from '../../../../tools/local-nodes/postgres-program.js';
import { PrivatePostgres } from '../../../../tools/local-nodes/private-postgres.js';
import { PROJECT } from '../../../../tools/project/app-list.js';
import { Database } from '../ledger/database.js';
import { migrate, MIGRATIONS } from '../ledger/migrate.js';

const run = promisify(execFile);
/** Where originals are kept: a tool's folder for what it can make again. */
const CACHE = join(PROJECT, 'node_modules', '.cache', 'leveret-ledgers');

/**
 * Makes a server that is stopped and has an empty ledger, in a folder that is not there yet. It is a copy of one that is made
 * once for each version of the schema: to make one takes several times as long as to copy it.
 */
export async function putEmptyLedger(folder: string): Promise<void> {
  const name = `ledger-${await fingerprint()}`;
  const original = join(CACHE, name);
  if (!existsSync(original)) await makeOriginal(name);
  await copy(original, folder);
}

async function makeOriginal(name: string): Promise<void> {
  const workshop = await mkdtemp(join(tmpdir(), 'leveret-ledger-'));
  const folder = join(workshop, 'postgres');
  const server = new PrivatePostgres(folder);
  await server.start();
  const database = new Database(server.url);
  await migrate(database);
  await database.close();
  await server.stop();
  // Copies would ask for one port.
  await rm(join(folder, 'ports.json'));
  await keep(folder, name);
  await rm(workshop, { recursive: true, force: true });
}

/** Spec files that run side by side may all make one: it is there whole or not at all, and the first one stays. */
async function keep(folder: string, name: string): Promise<void> {
  await mkdir(CACHE, { recursive: true });
  for (const other of await readdir(CACHE)) {
    if (!other.startsWith(name)) await rm(join(CACHE, other), { recursive: true, force: true });
  }
  const draft = await mkdtemp(join(CACHE, `${name}-`));
  await copy(folder, join(draft, 'postgres'));
  await rename(join(draft, 'postgres'), join(CACHE, name)).catch((error: unknown) => {
    if (!existsSync(join(CACHE, name))) throw error;
  });
  await rm(draft, { recursive: true, force: true });
}

/** The files keep their owner: the server runs under an account of its own. */
async function copy(from: string, to: string): Promise<void> {
  await run('cp', ['-a', from, to]);
}

/** What such a server depends on. */
async function fingerprint(): Promise<string> {
  const { postgres } = await findPostgres();
  const facts = [MIGRATIONS, postgres, statSync(postgres).mtimeMs, process.getuid?.()];
  return createHash('sha256').update(JSON.stringify(facts)).digest('hex').slice(0, 16);
}
