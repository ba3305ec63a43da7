import { type Statement, type UserDatabase } from './catalog.js';
import { type BoundSql } from './parameter-values.js';

/**
 * Runs a statement again and again until it changes no more rows, each time in a transaction of its own; gives how many
 * rows it has changed each time. One that is not to be repeated runs once.
 * @throws DatabaseTrouble, DatasetRefusal
 */
export async function* runStatement(
  { database, repeat }: Pick<Statement, 'database' | 'repeat'>,
  bound: BoundSql,
  signal: AbortSignal,
): AsyncGenerator<number> {
  const session = await openSession(database, signal);
  try {
    for (;;) {
      const changed = await session.change(bound);
      yield changed;
      if (!repeat || changed === 0) return;
    }
  } finally {
    await session.close();
  }
}

interface ChangingSession {
  /** Runs a statement, and gives how many rows it has changed; none when it does something else, such as a refresh. */
  change(statement: BoundSql): Promise<number>;
  close(): Promise<void>;
}

async function openSession(database: UserDatabase, signal: AbortSignal): Promise<ChangingSession> {
  if (database.dialect === 'mysql') {
    const { MysqlSession } = await import('./mysql/mysql-session.js');
    return MysqlSession.open(database, signal);
  }
  const { PostgresSession } = await import('./postgres/postgres-session.js');
  return PostgresSession.open(database, signal);
}
