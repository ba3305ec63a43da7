import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import Cursor from 'pg-cursor';
import { from as copyFrom } from 'pg-copy-streams';
import {
  type BulkImport,
  type ImportBatch,
  type ImportCounts,
  type ImportPlan,
  type ImportRow,
  type RejectedRow,
} from '../bulk-import.js';
import { DatabaseTrouble, DatasetRefusal } from '../errors.js';
import { DEFAULT_BATCH_ROWS, type Row } from '../row-source.js';
import { copyLines, FORGET, NOTES, stagingTable, type TargetColumn, writeRows } from './import-sql.js';
import { ROW_TYPES } from './postgres-client.js';
import { PostgresSession } from './postgres-session.js';
import { refusalOf } from './row-refusal.js';

interface Note extends ImportCounts {
  readonly rowsRead: number;
}

const NOTED = 'rows_read::int as "rowsRead", inserted::int, updated::int, rejected::int';

/**
 * Rows into a table of PostgreSQL: each batch is copied to a temporary table and written from there by one statement. When
 * that fails because of a row, halves of the batch are tried, down to the row.
 */
export class PostgresImport implements BulkImport {
  #note: Note = { rowsRead: 0, inserted: 0, updated: 0, rejected: 0 };
  #alreadyRead = 0;

  private constructor(
    private readonly plan: ImportPlan,
    private readonly session: PostgresSession,
    private readonly writeSql: string,
  ) {}

  static async open(plan: ImportPlan, signal: AbortSignal): Promise<PostgresImport> {
    const session = await PostgresSession.open(plan.dataset.database, signal);
    try {
      const columns = await targetColumns(plan, session);
      const opened = new PostgresImport(plan, session, writeRows(plan, columns));
      await opened.#begin(columns);
      return opened;
    } catch (error) {
      await session.close();
      throw error;
    }
  }

  get alreadyRead(): number {
    return this.#alreadyRead;
  }

  get counts(): ImportCounts {
    const { inserted, updated, rejected } = this.#note;
    return { inserted, updated, rejected };
  }

  async write({ rows, rejected }: ImportBatch): Promise<void> {
    await this.#inTransaction(async () => {
      await this.#checkAlone();
      await this.session.query('truncate leveret_batch');
      await this.#copy(rows);
      const done = await this.#writeRange(rows, 0, rows.length - 1);
      await this.#noteDown({ ...done, rejected: [...rejected, ...done.rejected] }, rows.length + rejected.length);
    });
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

  /** To make a table takes a right that a user does not need where it is there already. */
  async #makeNotes(table: string, columns: string): Promise<void> {
    const { rowCount } = await this.session.query('select where to_regclass($1) is not null', [table]);
    if (this.plan.dryRun) await this.session.query(`create temp table ${table} ${columns}`);
    else if (rowCount === 0) await this.session.query(`create table if not exists ${table} ${columns}`);
  }

  async #begin(targets: readonly TargetColumn[]): Promise<void> {
    const { dryRun, jobId } = this.plan;
    // Of a dry run everything is one transaction, which nobody commits.
    if (dryRun) await this.session.query('begin');
    for (const [table, columns] of Object.entries(NOTES)) await this.#makeNotes(table, columns);
    await this.session.query(FORGET);
    await this.session.query(stagingTable(targets));
    await this.session.query('insert into leveret_imports (job) values ($1) on conflict do nothing', [jobId]);
    this.#note = await this.#readNote('');
    this.#alreadyRead = this.#note.rowsRead;
  }

  async #inTransaction(work: () => Promise<void>): Promise<void> {
    if (!this.plan.dryRun) await this.session.query('begin');
    await work();
    if (!this.plan.dryRun) await this.session.query('commit');
  }

  async #readNote(lock: string): Promise<Note> {
    const { rows } = await this.session.query<Note>(`select ${NOTED} from leveret_imports where job = $1${lock}`, [
      this.plan.jobId,
    ]);
    const [note] = rows;
    if (note === undefined)
      throw new DatabaseTrouble('import_overtaken', 'The note of this import was removed meanwhile.');
    return note;
  }

  /** A job may run twice for a while, when its first worker was taken for gone. */
  async #checkAlone(): Promise<void> {
    const { rowsRead } = await this.#readNote(' for update');
    if (rowsRead === this.#note.rowsRead) return;
    throw new DatabaseTrouble('import_overtaken', 'Another run of this job has imported rows meanwhile.');
  }

  async #copy(rows: readonly ImportRow[]): Promise<void> {
    const lines = Buffer.from(copyLines(rows));
    await this.session.run((client) =>
      pipeline(Readable.from([lines]), client.query(copyFrom('copy leveret_batch from stdin'))),
    );
  }

  async #writeRange(rows: readonly ImportRow[], first: number, last: number): Promise<Written> {
    if (last < first) return NOTHING;
    await this.session.query('savepoint rows');
    try {
      const { rows: counted } = await this.session.query<{ inserted: number }>(this.writeSql, [first, last]);
      await this.session.query('release savepoint rows');
      const { inserted = 0 } = counted[0] ?? {};
      // What a later row of the batch has replaced counts as updated.
      return { inserted, updated: last - first + 1 - inserted, rejected: [] };
    } catch (error) {
      const refused = refusalOf(error);
      if (refused === undefined) throw error;
      await this.session.query('rollback to savepoint rows');
      const row = rows[first];
      if (first === last && row !== undefined)
        return { ...NOTHING, rejected: [{ ...refused, line: row.line, content: shown(row) }] };
      const middle = Math.floor((first + last) / 2);
      return sum(await this.#writeRange(rows, first, middle), await this.#writeRange(rows, middle + 1, last));
    }
  }

  async #noteDown({ inserted, updated, rejected }: Written, read: number): Promise<void> {
    const { jobId } = this.plan;
    if (rejected.length > 0) {
      const values = (['line', 'column', 'reason', 'content'] as const).map((field) =>
        rejected.map((row) => row[field]),
      );
      await this.session.query(
        'insert into leveret_import_errors select $1, * from unnest($2::bigint[], $3::text[], $4::text[], $5::text[])',
        [jobId, ...values],
      );
    }
    const { rows } = await this.session.query<Note>(
      `update leveret_imports set rows_read = rows_read + $2, inserted = inserted + $3, updated = updated + $4,
        rejected = rejected + $5, noted_at = now() where job = $1 returning ${NOTED}`,
      [jobId, read, inserted, updated, rejected.length],
    );
    this.#note = rows[0] ?? this.#note;
  }
}

interface Written {
  readonly inserted: number;
  readonly updated: number;
  readonly rejected: readonly RejectedRow[];
}

const NOTHING: Written = { inserted: 0, updated: 0, rejected: [] };

function sum(a: Written, b: Written): Written {
  return {
    inserted: a.inserted + b.inserted,
    updated: a.updated + b.updated,
    rejected: [...a.rejected, ...b.rejected],
  };
}

function shown({ cells }: ImportRow): string {
  return JSON.stringify(cells);
}

async function targetColumns(
  { dataset, columns }: ImportPlan,
  session: PostgresSession,
): Promise<readonly TargetColumn[]> {
  const { rows } = await session.query<TargetColumn>(
    `select attname as name, format_type(atttypid, -1) as type from pg_attribute
      where attrelid = to_regclass($1) and attnum > 0 and not attisdropped`,
    [dataset.import?.table],
  );
  const types = new Map(rows.map(({ name, type }) => [name, type]));
  return columns.map(({ name }) => {
    const type = types.get(name);
    if (type === undefined) {
      const table = dataset.import?.table ?? '';
      throw new DatasetRefusal(
        'columns_differ',
        `The table ${table} has no column ${name}, or this user may not see it.`,
      );
    }
    return { name, type };
  });
}
