import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { Screen } from '../../tools/console/screen.js';
import { chooseBroker } from '../../tools/local-nodes/choose-broker.js';
import { type LocalBroker, type LocalNode } from '../../tools/local-nodes/local-node.js';
import { PrivatePostgres } from '../../tools/local-nodes/private-postgres.js';
import { testPostgres } from '../../tools/test/test-postgres.js';
import { testEnvironment } from './test-environment.js';

/** A broker for one fault test, started; the test may stop, kill and start it, and kills it at its end. */
export async function privateBroker(): Promise<LocalBroker> {
  const broker = await chooseBroker(ownFolder('broker'), new Screen(process.stderr));
  await broker.start();
  return broker;
}

/** A database server for one fault test, started; the test may stop, kill and start it, and kills it at its end. */
export async function privateDatabase(): Promise<LocalNode> {
  const database = new PrivatePostgres(ownFolder('database'), testPostgres());
  await database.start();
  return database;
}

function ownFolder(kind: string): string {
  return join(testEnvironment().folder, `${kind}-${randomBytes(4).toString('hex')}`);
}
