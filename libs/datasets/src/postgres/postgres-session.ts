import type pg from 'pg';
import { type UserDatabase } from '../catalog.js';
import { cancelPostgres, connectPostgres } from './postgres-client.js';
import { asDatasetError } from './postgres-error.js';

/** The connection of one job. When its signal aborts, what runs is ended in the database, and the connection closed. */
export class PostgresSession {
  #running = false;
  #closing: Promise<void> | undefined;

  private constructor(
    private readonly database: UserDatabase,
    private readonly client: pg.Client,
    private readonly signal: AbortSignal,
  ) {
    signal.addEventListener('abort', this.#onAbort, { once: true });
  }

  /** @throws DatabaseTrouble `database_unavailable` */
  static async open(database: UserDatabase, signal: AbortSignal): Promise<PostgresSession> {
    signal.throwIfAborted();
    return new PostgresSession(database, await connectPostgres(database), signal);
  }

  /**
   * Does one thing on the connection.
   * @throws DatabaseTrouble, DatasetRefusal, or the reason of the signal
   */
  async run<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
    this.signal.throwIfAborted();
    this.#running = true;
    try {
      return await work(this.client);
    } catch (error) {
      this.signal.throwIfAborted();
      throw asDatasetError(error);
    } finally {
      this.#running = false;
    }
  }

  /** One statement, with what it gives. */
  async query<T extends pg.QueryResultRow>(sql: string, values: readonly unknown[] = []): Promise<pg.QueryResult<T>> {
    return this.run((client) => client.query<T>(sql, [...values]));
  }

  /** A transaction that is open is rolled back by it. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.signal.removeEventListener('abort', this.#onAbort);
    if (this.#running) await cancelPostgres(this.database, this.client);
    await this.client.end().catch(() => undefined);
  }

  readonly #onAbort = (): void => {
    void this.close();
  };
}
