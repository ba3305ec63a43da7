import { type Statement } from './catalog.js';
import { type BoundSql } from './parameter-values.js';

/**
 * Runs a statement again and again until it changes no more rows, each time in a transaction of its own; gives how many
 * rows it has changed each time. One that is not to be repeated runs once.
 * @throws DatabaseTrouble, DatasetRefusal
 */
export async function* runStatement(
  { database, repeat }: Pick<Statement, 'database' | 'repeat'>,
  { sql, values }: BoundSql,
  signal: AbortSignal,
): AsyncGenerator<number> {
  const { PostgresSession } = await import('./postgres/postgres-session.js');
  const session = await PostgresSession.open(database, signal);
  try {
    for (;;) {
      // A statement that changes no rows, such as a refresh, has no count.
      const { rowCount } = await session.query(sql, values);
      yield rowCount ?? 0;
      if (!repeat || !rowCount) return;
    }
  } finally {
    await session.close();
  }
}
