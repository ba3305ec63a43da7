import { type ImportPlan, type ImportRow, type RejectedRow } from '../import-plan.js';
import { DatasetRefusal } from '../errors.js';
import { type ImportNote, type ImportTable } from '../import-table.js';
import { DEFAULT_BATCH_ROWS, type Row } from '../row-source.js';
import {
  countKeys,
  deleteKeys,
  FORGET,
  inStatements,
  insertRows,
  MARKS,
  NOTES,
  sqlRows,
  type SqlRows,
} from './import-sql.js';
import { mysqlLiteral } from './mysql-literal.js';
import { MysqlSession } from './mysql-session.js';
import { refusalOf } from './row-refusal.js';

/** What does not fit is refused and not bent, whatever the server's own mode is. */
const STRICT = "set sql_mode = concat(@@sql_mode, ',STRICT_ALL_TABLES')";

/** Rows into a table of MySQL by statements of many rows. */
export class MysqlImportTable implements ImportTable {
  readonly refusalOf = refusalOf;
  #batch: SqlRows = { values: [], keys: [] };

  private constructor(
    private readonly plan: ImportPlan,
    private readonly session: MysqlSession,
  ) {}

  static async open(plan: ImportPlan, signal: AbortSignal): Promise<MysqlImportTable> {
    const session = await MysqlSession.open(plan.dataset.database, signal);
    try {
      await session.change({ sql: STRICT });
      await checkTable(plan, session);
      return new MysqlImportTable(plan, session);
    } catch (error) {
      await session.close();
      throw error;
    }
  }

  async begin(): Promise<void> {
    await this.session.change({ sql: 'start transaction' });
  }

  async commit(): Promise<void> {
    await this.session.change({ sql: 'commit' });
  }

  async prepare(): Promise<void> {
    const kept = this.plan.mark === undefined ? NOTES : { ...NOTES, ...MARKS };
    for (const [table, columns] of Object.entries(kept)) await this.#makeNotes(table, columns);
    // Of a dry run there are no others.
    if (!this.plan.dryRun) for (const sql of FORGET) await this.session.change({ sql });
    await this.session.change({ sql: `insert ignore into leveret_imports (job) values (${this.#job})` });
  }

  async readNote({ lock }: { readonly lock: boolean }): Promise<ImportNote | undefined> {
    const columns = 'rows_read, inserted, updated, rejected';
    const [note] = await this.session.rows(
      `select ${columns} from leveret_imports where job = ${this.#job}${lock ? ' for update' : ''}`,
    );
    if (note === undefined) return undefined;
    const [rowsRead = 0, inserted = 0, updated = 0, rejected = 0] = note.map(Number);
    return { rowsRead, inserted, updated, rejected };
  }

  async addToNote({ rowsRead, inserted, updated, rejected }: ImportNote): Promise<void> {
    await this.session.change({
      sql: `update leveret_imports set rows_read = rows_read + ${rowsRead}, inserted = inserted + ${inserted},
        updated = updated + ${updated}, rejected = rejected + ${rejected}, noted_at = now() where job = ${this.#job}`,
    });
  }

  async keepRejections(rows: readonly RejectedRow[]): Promise<void> {
    const values = rows.map(({ line, column, reason, content }) => {
      const texts = [column, reason, content].map((text) => mysqlLiteral('text', text));
      return `(${[this.#job, line, ...texts].join(', ')})`;
    });
    for (const [from, to] of inStatements(values, 0, values.length - 1))
      await this.session.change({
        sql: `insert into leveret_import_errors values ${values.slice(from, to).join(', ')}`,
      });
  }

  async readMark(name: string): Promise<string | null> {
    const [row] = await this.session.rows(`select mark from leveret_marks where name = ${mysqlLiteral('text', name)}`);
    return row?.[0] ?? null;
  }

  async moveMark(name: string, from: string | null, to: string): Promise<boolean> {
    const text = (value: string): string => mysqlLiteral('text', value);
    const sql =
      from === null
        ? `insert ignore into leveret_marks (name, mark) values (${text(name)}, ${text(to)})`
        : `update leveret_marks set mark = ${text(to)}, noted_at = now()
           where name = ${text(name)} and mark = ${text(from)}`;
    return (await this.session.change({ sql })) === 1;
  }

  async clear(): Promise<void> {
    this.#batch = { values: [], keys: [] };
  }

  async stage(rows: readonly ImportRow[]): Promise<void> {
    const { values, keys } = sqlRows(this.plan, rows);
    this.#batch = { values: [...this.#batch.values, ...values], keys: [...this.#batch.keys, ...keys] };
  }

  async writeRange(first: number, last: number): Promise<number> {
    return this.#counted([...inStatements(this.#batch.values, first, last)], (from, to) => this.#write(from, to));
  }

  async deleteRange(first: number, last: number): Promise<number> {
    const { keys } = this.#batch;
    return this.#counted([...inStatements(keys, first, last)], (from, to) =>
      this.session.change({ sql: deleteKeys(this.plan, keys.slice(from, to)) }),
    );
  }

  async *rejections(): AsyncGenerator<readonly Row[]> {
    const sql = `select line, column_name, reason, content from leveret_import_errors where job = ${this.#job} order by line`;
    const result = await this.session.stream(sql, { columns: [], batchRows: DEFAULT_BATCH_ROWS });
    for (;;) {
      const rows = await this.session.run(() => result.read());
      if (rows.length === 0) return;
      yield rows;
    }
  }

  close(): Promise<void> {
    return this.session.close();
  }

  async #counted(
    pieces: readonly [number, number][],
    act: (from: number, to: number) => Promise<number>,
  ): Promise<number> {
    await this.session.change({ sql: 'savepoint leveret_rows' });
    try {
      let count = 0;
      for (const [from, to] of pieces) count += await act(from, to);
      return count;
    } catch (error) {
      if (refusalOf(error) !== undefined) await this.session.change({ sql: 'rollback to savepoint leveret_rows' });
      throw error;
    }
  }

  /** An upsert says neither how many rows were there nor how many it has left as they were: they are counted. */
  async #write(from: number, to: number): Promise<number> {
    const sql = insertRows(this.plan, this.#batch.values.slice(from, to));
    if (this.plan.mode === 'insert') return this.session.change({ sql });
    const keys = this.#batch.keys.slice(from, to);
    const before = await this.#count(keys);
    await this.session.change({ sql });
    return (await this.#count(keys)) - before;
  }

  async #count(keys: readonly string[]): Promise<number> {
    const [row] = await this.session.rows(countKeys(this.plan, keys));
    return Number(row?.[0] ?? 0);
  }

  /** To make a table takes a right that a user does not need where it is there already, and ends a transaction. */
  async #makeNotes(table: string, columns: string): Promise<void> {
    if (this.plan.dryRun) {
      await this.session.change({ sql: `create temporary table ${table} ${columns}` });
      return;
    }
    const found = await this.session.rows(
      `select 1 from information_schema.tables where table_schema = database() and table_name = '${table}'`,
    );
    if (found.length === 0) await this.session.change({ sql: `create table if not exists ${table} ${columns}` });
  }

  get #job(): string {
    return mysqlLiteral('text', this.plan.jobId);
  }
}

/** @throws DatasetRefusal `columns_differ`, `no_transactions`, `unfit_key` */
async function checkTable(plan: ImportPlan, session: MysqlSession): Promise<void> {
  const { dataset, columns } = plan;
  const written = dataset.import?.table ?? '';
  const [table = '', schema] = written.split('.').reverse();
  const place = `table_schema = ${schema === undefined ? 'database()' : mysqlLiteral('text', schema)}
    and table_name = ${mysqlLiteral('text', table)}`;
  const found = await session.rows(`select column_name from information_schema.columns where ${place}`);
  const names = new Set(found.map(([name]) => name));
  const missing = columns.find(({ name }) => !names.has(name));
  if (missing !== undefined) {
    const message = `The table ${written} has no column ${missing.name}, or this user may not see it.`;
    throw new DatasetRefusal('columns_differ', message);
  }
  const [kept] = await session.rows(`select transactions from information_schema.tables
    join information_schema.engines using (engine) where ${place}`);
  if (kept?.[0] !== 'YES') {
    // Half a batch would stay after an error, and be written once more by the next run.
    throw new DatasetRefusal('no_transactions', `The table ${written} has no transactions; make it one of InnoDB.`);
  }
  if (plan.mode === 'upsert') await checkKey(plan, session, place);
}

/** MySQL looks for the row to change by every unique index, whatever the key of the dataset is. */
async function checkKey({ dataset, columns }: ImportPlan, session: MysqlSession, place: string): Promise<void> {
  const rows = await session.rows(
    `select index_name, column_name from information_schema.statistics where ${place} and non_unique = 0`,
  );
  const indexes = new Map<string, string[]>();
  for (const [index, column] of rows)
    indexes.set(String(index), [...(indexes.get(String(index)) ?? []), String(column)]);
  const { table = '', key = [] } = dataset.import ?? {};
  const imported = new Set(columns.map(({ name }) => name));
  const isKey = (parts: readonly string[]): boolean =>
    parts.length === key.length && parts.every((column) => key.includes(column));
  const unique = [...indexes.values()];
  if (!unique.some(isKey)) {
    const message = `The table ${table} has no unique index of ${key.join(', ')} alone: rows would be doubled.`;
    throw new DatasetRefusal('unfit_key', message);
  }
  const other = unique.find((parts) => !isKey(parts) && parts.every((column) => imported.has(column)));
  if (other === undefined) return;
  const message = `The table ${table} is unique by ${other.join(', ')}, too: rows of another key could be changed.`;
  throw new DatasetRefusal('unfit_key', message);
}
