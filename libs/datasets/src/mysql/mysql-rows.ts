import { type UserDatabase } from '../catalog.js';
import { readWhole } from '../read-whole.js';
import { DEFAULT_BATCH_ROWS, type ReadOptions, type Row, type RowQuery, type RowSource } from '../row-source.js';
import { type MysqlResult } from './mysql-result.js';
import { MysqlSession } from './mysql-session.js';

const OUTERMOST: ReadonlySet<string | null | undefined> = new Set(['SIMPLE', 'PRIMARY']);

/** Rows as the server sends them, no faster than they are taken, in a transaction that reads one snapshot and writes nothing. */
export class MysqlRows implements RowSource {
  estimatedRows: number | null = null;
  #first: readonly Row[] | undefined;

  private constructor(
    private readonly session: MysqlSession,
    private readonly result: MysqlResult,
  ) {}

  /** Resolves when the first rows are there. @throws DatabaseTrouble, DatasetRefusal */
  static async open(database: UserDatabase, query: RowQuery, options: ReadOptions): Promise<MysqlRows> {
    const session = await MysqlSession.open(database, options.signal);
    try {
      await session.readOneSnapshot();
      const estimate = options.estimate === true ? await estimatedRows(session, query.sql) : null;
      const { columns } = query;
      const result = await session.stream(query.sql, { columns, batchRows: options.batchRows ?? DEFAULT_BATCH_ROWS });
      const source = new MysqlRows(session, result);
      source.estimatedRows = estimate;
      source.#first = await source.#next();
      return source;
    } catch (error) {
      await session.close();
      throw error;
    }
  }

  get fields(): readonly string[] {
    return this.result.fields;
  }

  async read(): Promise<readonly Row[]> {
    const first = this.#first;
    this.#first = undefined;
    return first ?? this.#next();
  }

  close(): Promise<void> {
    return this.session.close();
  }

  #next(): Promise<readonly Row[]> {
    return this.session.run(() => this.result.read());
  }
}

/** What the tables of the outermost query give when each row of one meets those of the next. */
async function estimatedRows(session: MysqlSession, sql: string): Promise<number | null> {
  const explained = await session.stream(`explain ${sql}`, { columns: [], batchRows: DEFAULT_BATCH_ROWS });
  const rows = await readWhole(() => session.run(() => explained.read()));
  const [kind, count] = [explained.fields.indexOf('select_type'), explained.fields.indexOf('rows')];
  const counts = rows.filter((row) => OUTERMOST.has(row[kind])).map((row) => Number(row[count] ?? Number.NaN));
  return counts.some(Number.isNaN) || counts.length === 0 ? null : counts.reduce((all, each) => all * each, 1);
}
