import { type Socket } from 'node:net';
import type mysql from 'mysql2';
import { type Column, type UserDatabase } from '../catalog.js';
import { DatabaseSession } from '../database-session.js';
import { type DatabaseTrouble, type DatasetRefusal } from '../errors.js';
import { type BoundSql } from '../parameter-values.js';
import { readWhole } from '../read-whole.js';
import { DEFAULT_BATCH_ROWS, type Row } from '../row-source.js';
import { cancelMysql, connectMysql } from './mysql-client.js';
import { asDatasetError } from './mysql-error.js';
import { MysqlResult } from './mysql-result.js';

/** How a result is read. */
export interface ResultOptions {
  readonly columns: readonly Pick<Column, 'name' | 'type'>[];
  readonly batchRows: number;
}

/** The connection of one job to MySQL or MariaDB. */
export class MysqlSession extends DatabaseSession<mysql.Connection> {
  #result: MysqlResult | undefined;

  private constructor(
    private readonly database: UserDatabase,
    client: mysql.Connection,
    signal: AbortSignal,
  ) {
    super(client, signal);
  }

  /** @throws DatabaseTrouble `database_unavailable` */
  static async open(database: UserDatabase, signal: AbortSignal): Promise<MysqlSession> {
    signal.throwIfAborted();
    return new MysqlSession(database, await connectMysql(database), signal);
  }

  /** Begins a transaction that sees the database as it is now, and writes nothing. */
  async readOneSnapshot(): Promise<void> {
    await this.change({ sql: 'set transaction isolation level repeatable read' });
    await this.change({ sql: 'start transaction with consistent snapshot, read only' });
  }

  /** Begins a query whose rows come in batches; the next thing can be done when it has come to its end. */
  async stream(sql: string, { columns, batchRows }: ResultOptions): Promise<MysqlResult> {
    return this.run(async (client) => (this.#result = new MysqlResult(client, sql, columns, batchRows)));
  }

  /** The rows of a query that gives a few. */
  async rows(sql: string): Promise<readonly Row[]> {
    const result = await this.stream(sql, { columns: [], batchRows: DEFAULT_BATCH_ROWS });
    return readWhole(() => this.run(() => result.read()));
  }

  /** Runs a statement, and gives how many rows it has changed. */
  async change({ sql }: Pick<BoundSql, 'sql'>): Promise<number> {
    const [result] = await this.run((client) => client.promise().query(sql));
    return 'affectedRows' in result ? result.affectedRows : 0;
  }

  /** A result that has not come to its end keeps the server at work. */
  protected override get isBusy(): boolean {
    return super.isBusy || this.#result?.isWhole === false;
  }

  protected async cancel(): Promise<void> {
    await cancelMysql(this.database, this.client);
    // What is still on its way is of no use to anybody; the client's own `destroy` would wait for it.
    (this.client as mysql.Connection & { readonly stream: Socket }).stream.destroy();
  }

  protected async end(): Promise<void> {
    await this.client
      .promise()
      .end()
      .catch(() => undefined);
  }

  protected errorOf(error: unknown): DatasetRefusal | DatabaseTrouble {
    return asDatasetError(error);
  }
}
