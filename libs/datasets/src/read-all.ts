import { type ReadTable, type ReadAllOptions } from './read-table.js';
import { type UserDatabase } from './catalog.js';
import { type RowQuery } from './row-source.js';

/**
 * Runs queries that give a few rows each, all of them as of one moment.
 * @throws DatasetRefusal `too_many_rows` when one gives more
 * @throws DatabaseTrouble, DatasetRefusal as {@link openRows}
 */
export async function readAll(
  database: UserDatabase,
  queries: readonly RowQuery[],
  options: ReadAllOptions,
): Promise<readonly ReadTable[]> {
  if (database.dialect === 'mysql') {
    const { readMysqlTables } = await import('./mysql/mysql-tables.js');
    return readMysqlTables(database, queries, options);
  }
  const { readPostgresTables } = await import('./postgres/postgres-tables.js');
  return readPostgresTables(database, queries, options);
}
