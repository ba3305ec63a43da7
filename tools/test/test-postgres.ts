import { join } from 'node:path';
import { type PostgresProgram } from '../local-nodes/postgres-program.js';

/**
 * The PostgreSQL that end-to-end tests are to run on: its programs are in the folder that `LEVERET_TEST_POSTGRES` names.
 * Undefined for the one from the packages, when it names none.
 */
export function testPostgres(): PostgresProgram | undefined {
  const folder = process.env['LEVERET_TEST_POSTGRES'];
  if (folder === undefined) return undefined;
  return { postgres: join(folder, 'postgres'), initdb: join(folder, 'initdb') };
}
