import { setTimeout as wait } from 'node:timers/promises';
import { awaitTasks } from '../../tools/start/await-tasks.js';
import { type BenchSuite } from '../bench-suite.js';
import { makeDatabase } from '../databases.js';
import { type Effort } from '../effort.js';
import { fillLedger } from './fill-ledger.js';

const ANNOUNCE_PATIENCE_MS = 30_000;
const FOR_EVER = { KEEP_COMPLETED: 'forever', KEEP_FAILED: 'forever', KEEP_CANCELLED: 'forever' };

interface DatabaseInUse {
  readonly url: string;
  readonly settleMs: number;
  /** Of the gateway, for as long as it uses the database. */
  readonly settings?: NodeJS.ProcessEnv;
}

/** The address of a database with so many final jobs. Whoever asks first makes and fills it. */
export async function fullDatabase(suite: BenchSuite, { ledger: rows, settleMs }: Effort): Promise<string> {
  const { url, isNew } = await makeDatabase(suite, 'full_ledger');
  if (isNew) {
    await useDatabase(suite, { url, settleMs });
    await fillLedger(url, rows);
  }
  return url;
}

/** Starts the gateway anew on a database, and waits until it knows tasks and workers. Later questions are asked there. */
export async function useDatabase(suite: BenchSuite, { url, settleMs, settings = {} }: DatabaseInUse): Promise<void> {
  await suite.restart('gateway', { DATABASE_URL: url, ...FOR_EVER, ...settings });
  const missing = await awaitTasks(suite.leveret, ['lab'], ANNOUNCE_PATIENCE_MS);
  if (missing.length > 0) throw new Error('The tasks of lab were not announced again.');
  await wait(settleMs);
}
