import { pipeline } from 'node:stream/promises';
import Cursor from 'pg-cursor';
import { from as copyFrom } from 'pg-copy-streams';
import { type ImportPlan, type ImportRow, type RejectedRow } from '../import-plan.js';
import { DatasetRefusal } from '../errors.js';
import { type ImportNote, type ImportTable } from '../import-table.js';
import { DEFAULT_BATCH_ROWS, type Row } from '../row-source.js';
import {
  copyPieces,
  deleteRows,
  FORGET,
  makeTable,
  MARKS,
  NOTES,
  stagingTable,
  tableOf,
  type TargetColumn,
  writeRows,
} from './import-sql.js';
import { ROW_TYPES } from './postgres-client.js';
import { PostgresSession } from './postgres-session.js';
import { refusalOf } from './row-refusal.js';

const NOTED = 'rows_read::int as "rowsRead", inserted::int, updated::int, rejected::int';

/** Types that round to their precision, as a cast does. */
const ROUNDED = ['numeric', 'timestamp', 'timestamptz', 'time', 'timetz', 'interval'];

const BEYOND_ASCII = /[\u0080-\uffff]/g;

/** Rows into a table of PostgreSQL: each batch is copied to a temporary table and written from there by one statement. */
export class PostgresImportTable implements ImportTable {
  readonly refusalOf = refusalOf;
  readonly #writeSql: string;
  #hasEverySign = true;

  private constructor(
    private readonly plan: ImportPlan,
    private readonly session: PostgresSession,
    private readonly columns: readonly TargetColumn[],
  ) {
    this.#writeSql = writeRows(plan, columns);
  }

  static async open(plan: ImportPlan, signal: AbortSignal): Promise<PostgresImportTable> {
    const session = await PostgresSession.open(plan.dataset.database, signal);
    try {
      return new PostgresImportTable(plan, session, await targetColumns(plan, session));
    } catch (error) {
      await session.close();
      throw error;
    }
  }

  /** Constraints that wait for the commit would fail the batch there, and not the row that breaks them. */
  async begin(): Promise<void> {
    await this.session.query('begin');
    await this.session.query('set constraints all immediate');
  }

  async commit(): Promise<void> {
    await this.session.query('commit');
  }

  async prepare(): Promise<void> {
    const kept = this.plan.mark === undefined ? NOTES : { ...NOTES, ...MARKS };
    for (const [table, columns] of Object.entries(kept)) await this.#makeNotes(table, columns);
    await this.session.query(FORGET);
    const { rows } = await this.session.query<{ server_encoding: string }>('show server_encoding');
    this.#hasEverySign = rows[0]?.server_encoding === 'UTF8';
    await this.session.query(stagingTable(this.columns));
    await this.session.query('insert into leveret_imports (job) values ($1) on conflict do nothing', [this.plan.jobId]);
  }

  async readNote({ lock }: { readonly lock: boolean }): Promise<ImportNote | undefined> {
    const sql = `select ${NOTED} from leveret_imports where job = $1${lock ? ' for update' : ''}`;
    const { rows } = await this.session.query<ImportNote>(sql, [this.plan.jobId]);
    return rows[0];
  }

  async addToNote({ rowsRead, inserted, updated, rejected }: ImportNote): Promise<void> {
    await this.session.query(
      `update leveret_imports set rows_read = rows_read + $2, inserted = inserted + $3, updated = updated + $4,
        rejected = rejected + $5, noted_at = now() where job = $1`,
      [this.plan.jobId, rowsRead, inserted, updated, rejected],
    );
  }

  async keepRejections(rows: readonly RejectedRow[]): Promise<void> {
    const values = (['line', 'column', 'reason', 'content'] as const).map((field) =>
      rows.map((row) => this.#asStorable(row[field])),
    );
    await this.session.query(
      `insert into leveret_import_errors (job, line, column_name, reason, content)
        select $1, * from unnest($2::bigint[], $3::text[], $4::text[], $5::text[])`,
      [this.plan.jobId, ...values],
    );
  }

  async readMark(name: string): Promise<string | null> {
    const sql = 'select mark from leveret_marks where name = $1';
    return (await this.session.query<{ mark: string }>(sql, [name])).rows[0]?.mark ?? null;
  }

  async moveMark(name: string, from: string | null, to: string): Promise<boolean> {
    const { rowCount } =
      from === null
        ? await this.session.query('insert into leveret_marks values ($1, $2) on conflict do nothing', [name, to])
        : await this.session.query(
            'update leveret_marks set mark = $3, noted_at = now() where name = $1 and mark = $2',
            [name, from, to],
          );
    return rowCount === 1;
  }

  async clear(): Promise<void> {
    await this.session.query('truncate leveret_batch');
  }

  async stage(rows: readonly ImportRow[], firstNumber: number): Promise<void> {
    await this.#inSavepoint(() =>
      this.session.run((client) =>
        pipeline(copyPieces(rows, firstNumber), client.query(copyFrom('copy leveret_batch from stdin'))),
      ),
    );
  }

  async writeRange(first: number, last: number): Promise<number> {
    return this.#counted(this.#writeSql, first, last);
  }

  async deleteRange(first: number, last: number): Promise<number> {
    return this.#counted(deleteRows(this.plan, this.columns), first, last);
  }

  async *rejections(): AsyncGenerator<readonly Row[]> {
    const sql = 'select line, column_name, reason, content from leveret_import_errors where job = $1 order by line';
    const query = new Cursor<Row>(sql, [this.plan.jobId], { rowMode: 'array', types: ROW_TYPES });
    const cursor = await this.session.run(async (client) => client.query(query));
    for (;;) {
      const rows = await this.session.run(() => cursor.read(DEFAULT_BATCH_ROWS));
      if (rows.length === 0) return;
      yield rows;
    }
  }

  close(): Promise<void> {
    return this.session.close();
  }

  /** A database of another encoding than UTF-8 lacks signs. */
  #asStorable<T>(value: T): T | string {
    if (this.#hasEverySign || typeof value !== 'string') return value;
    return value.replaceAll(BEYOND_ASCII, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`);
  }

  async #counted(sql: string, first: number, last: number): Promise<number> {
    const { rows } = await this.#inSavepoint(() => this.session.query<{ count: number }>(sql, [first, last]));
    return rows[0]?.count ?? 0;
  }

  /** Does what a row may make fail: the transaction goes on after it. */
  async #inSavepoint<T>(work: () => Promise<T>): Promise<T> {
    await this.session.query('savepoint rows');
    try {
      const done = await work();
      await this.session.query('release savepoint rows');
      return done;
    } catch (error) {
      if (refusalOf(error) !== undefined) await this.session.query('rollback to savepoint rows');
      throw error;
    }
  }

  /** To make a table takes a right that a user does not need where it is there already. */
  async #makeNotes(table: string, columns: string): Promise<void> {
    const { rowCount } = await this.session.query('select where to_regclass($1) is not null', [table]);
    if (this.plan.dryRun) await this.session.query(`create temp table ${table} ${columns}`);
    else if (rowCount === 0) await this.session.query(makeTable(table, columns));
  }
}

async function targetColumns(
  { dataset, columns }: ImportPlan,
  session: PostgresSession,
): Promise<readonly TargetColumn[]> {
  const { rows } = await session.query<TargetColumn>(
    `select attname as name, format_type(atttypid, case when atttypid = any($2::regtype[]) then atttypmod else -1 end) as type
      from pg_attribute
      where attrelid = to_regclass($1) and attnum > 0 and not attisdropped`,
    [tableOf(dataset), ROUNDED],
  );
  const types = new Map(rows.map(({ name, type }) => [name, type]));
  return columns.map(({ name }) => {
    const type = types.get(name);
    if (type !== undefined) return { name, type };
    const message = `The table ${dataset.import?.table} has no column ${name}, or this user may not see it.`;
    throw new DatasetRefusal('columns_differ', message);
  });
}
