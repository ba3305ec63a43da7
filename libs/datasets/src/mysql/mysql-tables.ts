import { type UserDatabase } from '../catalog.js';
import { tooManyRows } from '../errors.js';
import { type ReadAllOptions, type ReadTable } from '../read-all.js';
import { type RowQuery } from '../row-source.js';
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
      // One row more than there may be tells that there are more.
      const result = await session.stream(sql, { columns, batchRows: maxRows + 1 });
      const rows = await session.run(() => result.read());
      if (rows.length > maxRows) throw tooManyRows(maxRows);
      tables.push({ fields: result.fields, rows });
    }
    return tables;
  } finally {
    await session.close();
  }
}
