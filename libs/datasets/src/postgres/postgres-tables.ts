import { type UserDatabase } from '../catalog.js';
import { type BoundSql } from '../parameter-values.js';
import { type ReadAllOptions, type ReadTable } from '../read-table.js';
import { readWhole } from '../read-whole.js';
import { PostgresRows, READ_ONE_SNAPSHOT } from './postgres-rows.js';
import { PostgresSession } from './postgres-session.js';

/** Reads the results of queries whole, in one transaction that writes nothing. */
export async function readPostgresTables(
  database: UserDatabase,
  queries: readonly BoundSql[],
  { signal, maxRows }: ReadAllOptions,
): Promise<readonly ReadTable[]> {
  const session = await PostgresSession.open(database, signal);
  try {
    await session.query(READ_ONE_SNAPSHOT);
    const tables: ReadTable[] = [];
    for (const query of queries) {
      const source = await PostgresRows.within(session, query, { signal });
      const rows = await readWhole(() => source.read(), maxRows);
      tables.push({ fields: source.fields, rows });
    }
    return tables;
  } finally {
    await session.close();
  }
}
