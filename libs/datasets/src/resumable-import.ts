import {
  type BulkImport,
  type ImportBatch,
  type ImportCounts,
  type ImportPlan,
  type ImportRow,
  type RejectedRow,
} from './bulk-import.js';
import { DatabaseTrouble } from './errors.js';
import { type Row } from './row-source.js';

/** How far an import has come. */
export interface ImportNote extends ImportCounts {
  readonly rowsRead: number;
}

/** What a database does for an import, in a session of its own. */
export interface ImportTable {
  begin(): Promise<void>;
  commit(): Promise<void>;
  /** Makes what is needed where it is missing, the job's note among it. */
  prepare(): Promise<void>;
  /** @param lock until the transaction ends; undefined when there is none */
  readNote(options: { readonly lock: boolean }): Promise<ImportNote | undefined>;
  addToNote(done: ImportNote): Promise<void>;
  keepRejections(rows: readonly RejectedRow[]): Promise<void>;
  /** Takes the rows of a batch; nothing is written yet. */
  stage(rows: readonly ImportRow[]): Promise<void>;
  /**
   * Writes the rows from one number of the batch to another, and gives how many of them were not there. When it fails because of a
   * row, none of them is written and the transaction goes on.
   */
  writeRange(first: number, last: number): Promise<number>;
  /** Why a row was refused; undefined when it is no row's fault. */
  refusalOf(error: unknown): Pick<RejectedRow, 'column' | 'reason'> | undefined;
  rejections(): AsyncIterable<readonly Row[]>;
  close(): Promise<void>;
}

interface Written {
  readonly inserted: number;
  readonly updated: number;
  readonly rejected: readonly RejectedRow[];
}

const NOTHING: Written = { inserted: 0, updated: 0, rejected: [] };

/**
 * An import that goes on where another run of its job has stopped. When a batch fails because of a row, halves of it are tried,
 * down to the row.
 */
export class ResumableImport implements BulkImport {
  #note: ImportNote = { rowsRead: 0, inserted: 0, updated: 0, rejected: 0 };
  #alreadyRead = 0;

  private constructor(
    private readonly plan: ImportPlan,
    private readonly table: ImportTable,
  ) {}

  static async open(plan: ImportPlan, table: ImportTable): Promise<ResumableImport> {
    const opened = new ResumableImport(plan, table);
    try {
      // Of a dry run everything is one transaction, which nobody commits.
      if (plan.dryRun) await table.begin();
      await table.prepare();
      opened.#note = await opened.#readNote({ lock: false });
      opened.#alreadyRead = opened.#note.rowsRead;
      return opened;
    } catch (error) {
      await table.close();
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
    if (!this.plan.dryRun) await this.table.begin();
    await this.#checkAlone();
    await this.table.stage(rows);
    const done = await this.#writeRange(rows, 0, rows.length - 1);
    const note = await this.#noteDown(done, [...rejected, ...done.rejected], rows.length + rejected.length);
    if (!this.plan.dryRun) await this.table.commit();
    this.#note = note;
  }

  rejections(): AsyncIterable<readonly Row[]> {
    return this.table.rejections();
  }

  close(): Promise<void> {
    return this.table.close();
  }

  async #readNote(options: { readonly lock: boolean }): Promise<ImportNote> {
    const note = await this.table.readNote(options);
    if (note === undefined)
      throw new DatabaseTrouble('import_overtaken', 'The note of this import was removed meanwhile.');
    return note;
  }

  /** A job may run twice for a while, when its first worker was taken for gone. */
  async #checkAlone(): Promise<void> {
    const { rowsRead } = await this.#readNote({ lock: true });
    if (rowsRead === this.#note.rowsRead) return;
    throw new DatabaseTrouble('import_overtaken', 'Another run of this job has imported rows meanwhile.');
  }

  async #writeRange(rows: readonly ImportRow[], first: number, last: number): Promise<Written> {
    if (last < first) return NOTHING;
    try {
      const inserted = await this.table.writeRange(first, last);
      // What a later row of the batch has replaced counts as updated.
      return { inserted, updated: last - first + 1 - inserted, rejected: [] };
    } catch (error) {
      const refused = this.table.refusalOf(error);
      if (refused === undefined) throw error;
      const row = rows[first];
      if (first === last && row !== undefined)
        return { ...NOTHING, rejected: [{ ...refused, line: row.line, content: JSON.stringify(row.cells) }] };
      const middle = Math.floor((first + last) / 2);
      return sum(await this.#writeRange(rows, first, middle), await this.#writeRange(rows, middle + 1, last));
    }
  }

  async #noteDown(
    { inserted, updated }: Written,
    rejected: readonly RejectedRow[],
    rowsRead: number,
  ): Promise<ImportNote> {
    if (rejected.length > 0) await this.table.keepRejections(rejected);
    const done = { rowsRead, inserted, updated, rejected: rejected.length };
    await this.table.addToNote(done);
    const { rowsRead: read, ...counts } = this.#note;
    return {
      rowsRead: read + rowsRead,
      inserted: counts.inserted + inserted,
      updated: counts.updated + updated,
      rejected: counts.rejected + rejected.length,
    };
  }
}

function sum(a: Written, b: Written): Written {
  return {
    inserted: a.inserted + b.inserted,
    updated: a.updated + b.updated,
    rejected: [...a.rejected, ...b.rejected],
  };
}
