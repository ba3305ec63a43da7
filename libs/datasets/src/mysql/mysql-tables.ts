import { type UserDatabase } from '../catalog.js';
import { type ReadAllOptions, type ReadTable } from '../read-table.js';
import { readWhole } from '../read-whole.js';
import { DEFAULT_BATCH_ROWS, type RowQuery } from '../row-source.js';
import { MysqlSession } from './mysql-session.js';

/** Reads the results of queries whole, in one transaction that writes nothing. */
export async function readMysqlTables(
  database: UserDatabase,
  queries: readonly RowQuery[],
  { signal, maxRows }: ReadAllOptions,
): Promise<readonly ReadTable[]> {
  const session = await MysqlSession.open(database, signal);
  try {
    await session.readOneSnapshot();
    const tables: ReadTable[] = [];
    for (const { sql, columns } of queries) {
      const result = await session.stream(sql, { columns, batchRows: DEFAULT_BATCH_ROWS });
      const rows = await readWhole(() => session.run(() => result.read()), maxRows);
      tables.push({ fields: result.fields, rows });
    }
    return tables;
  } finally {
    await session.close();
  }
}
