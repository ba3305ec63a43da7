import { type UserDatabase } from './catalog.js';
import { type ReadOptions, type RowQuery, type RowSource } from './row-source.js';

/**
 * Runs a query and gives its rows as of one moment.
 * @throws DatabaseTrouble when the database does not do its part
 * @throws DatasetRefusal `query_failed` when it refuses the query
 */
export async function openRows(database: UserDatabase, query: RowQuery, options: ReadOptions): Promise<RowSource> {
  // Loaded when it is needed: an app that waits for jobs carries no driver.
  if (database.dialect === 'mysql') {
    const { MysqlRows } = await import('./mysql/mysql-rows.js');
    return MysqlRows.open(database, query, options);
  }
  const { PostgresRows } = await import('./postgres/postgres-rows.js');
  return PostgresRows.open(database, query, options);
}
