import type pg from 'pg';
import { type UserDatabase } from '../catalog.js';
import { DatabaseSession } from '../database-session.js';
import { type DatabaseTrouble, type DatasetRefusal } from '../errors.js';
import { type BoundSql } from '../parameter-values.js';
import { cancelPostgres, connectPostgres } from './postgres-client.js';
import { asDatasetError } from './postgres-error.js';

/** Commands that tell how many rows they have changed; others tell how many they give. */
const CHANGING: ReadonlySet<string> = new Set(['INSERT', 'UPDATE', 'DELETE', 'MERGE']);

/** The connection of one job to PostgreSQL. */
export class PostgresSession extends DatabaseSession<pg.Client> {
  private constructor(
    private readonly database: UserDatabase,
    client: pg.Client,
    signal: AbortSignal,
  ) {
    super(client, signal);
  }

  /** @throws DatabaseTrouble `database_unavailable` */
  static async open(database: UserDatabase, signal: AbortSignal): Promise<PostgresSession> {
    signal.throwIfAborted();
    return new PostgresSession(database, await connectPostgres(database), signal);
  }

  /** One statement, with what it gives. */
  async query<T extends pg.QueryResultRow>(sql: string, values: readonly unknown[] = []): Promise<pg.QueryResult<T>> {
    return this.run((client) => client.query<T>(sql, [...values]));
  }

  /** Runs a statement, and gives how many rows it has changed; what a SELECT does is not counted. */
  async change({ sql, values }: BoundSql): Promise<number> {
    const { command, rowCount } = await this.query(sql, values);
    return CHANGING.has(command) ? (rowCount ?? 0) : 0;
  }

  protected cancel(): Promise<void> {
    return cancelPostgres(this.database, this.client);
  }

  protected end(): Promise<void> {
    return this.client.end().catch(() => undefined);
  }

  protected errorOf(error: unknown): DatasetRefusal | DatabaseTrouble {
    return asDatasetError(error);
  }
}
