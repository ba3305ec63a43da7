import { type UserDatabase } from '../catalog.js';
import { type BoundSql } from '../parameter-values.js';
import { tooManyRows } from '../errors.js';
import { type ReadAllOptions, type ReadTable } from '../read-all.js';
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
      // One row more than there may be tells that there are more.
      const source = await PostgresRows.within(session, query, { signal, batchRows: maxRows + 1 });
      const rows = await source.read();
      if (rows.length > maxRows) throw tooManyRows(maxRows);
      tables.push({ fields: source.fields, rows });
      await source.finish();
    }
    return tables;
  } finally {
    await session.close();
  }
}
