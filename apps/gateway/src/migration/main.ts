import { ConfigError, loadMigrationConfig } from '#libs/config';
import { createTelemetry } from '#libs/observability';
import { Database } from '../ledger/database.js';
import { openLedger } from '../ledger/open-ledger.js';

// Brings the ledger's schema up to date and ends, for those who want to see that done before a gateway starts.
try {
  const { databaseUrl, logLevel } = loadMigrationConfig();
  const database = new Database(databaseUrl, { connections: 1 });
  try {
    await openLedger(database, createTelemetry({ service: 'migration', level: logLevel }));
  } finally {
    await database.close();
  }
} catch (error) {
  process.stderr.write(`${error instanceof ConfigError ? error.message : failure(error)}\n`);
  process.exitCode = 1;
}

function failure(error: unknown): string {
  return `The ledger was not brought up to date: ${error instanceof Error ? error.message : String(error)}`;
}
