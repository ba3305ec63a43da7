import { clippedText } from '#libs/contracts';
import {
  type BulkImport,
  type ImportBatch,
  type ImportCounts,
  type ImportPlan,
  type ImportRow,
  type RejectedRow,
} from './import-plan.js';
import { DatabaseTrouble } from './errors.js';
import { type Row } from './row-source.js';
import { type ImportNote, type ImportTable } from './import-table.js';

/** From one number of a batch to another. */
type Range = [first: number, last: number];

interface Done {
  readonly count: number;
  readonly rejected: readonly RejectedRow[];
}

/** What is kept at most of each text about a rejected row. */
const KEPT_BYTES = 4_096;
const NOTHING: Done = { count: 0, rejected: [] };

/**
 * An import that goes on where another run of its job has stopped. When a batch fails because of a row, halves of it are tried,
 * down to the row.
 */
export class ResumableImport implements BulkImport {
  #note: ImportNote = { rowsRead: 0, inserted: 0, updated: 0, rejected: 0 };
  #alreadyRead = 0;
  #mark: string | null = null;

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
      if (plan.mark !== undefined) opened.#mark = await table.readMark(plan.mark);
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

  get mark(): string | null {
    return this.#mark;
  }

  async write(batch: ImportBatch): Promise<void> {
    const { rejected, mark } = batch;
    const rows = this.#owned(batch.rows);
    if (!this.plan.dryRun) await this.table.begin();
    await this.#checkAlone();
    let [written, gone] = [NOTHING, NOTHING];
    for (const { deleted, rows: some } of stretchesOf(rows)) {
      if (deleted) gone = sum(gone, await this.#staged(some, (...range) => this.table.deleteRange(...range)));
      else written = sum(written, await this.#staged(some, (...range) => this.table.writeRange(...range)));
    }
    const toWrite = rows.filter((row) => row.deleted !== true).length;
    const note = await this.#noteDown(
      // What a later row of the batch has replaced counts as updated.
      { inserted: written.count, updated: toWrite - written.rejected.length - written.count },
      [...rejected, ...written.rejected, ...gone.rejected],
      rows.length + rejected.length,
    );
    if (mark !== undefined) await this.#moveMark(mark);
    if (!this.plan.dryRun) await this.table.commit();
    this.#note = note;
    this.#mark = mark ?? this.#mark;
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

  async #moveMark(to: string): Promise<void> {
    const { mark } = this.plan;
    if (mark !== undefined && (await this.table.moveMark(mark, this.#mark, to))) return;
    throw new DatabaseTrouble('import_overtaken', 'Another job has imported from the same source meanwhile.');
  }

  /** Rows with the tenant in its column, where the dataset has one. */
  #owned(rows: readonly ImportRow[]): readonly ImportRow[] {
    const { dataset, tenant } = this.plan;
    if ((dataset.import?.tenantColumn ?? null) === null) return rows;
    return rows.map((row) => ({ ...row, cells: [...row.cells, tenant] }));
  }

  #contentOf({ cells }: ImportRow): string {
    return JSON.stringify(Object.fromEntries(this.plan.columns.map(({ name }, index) => [name, cells[index]])));
  }

  /** Stages rows, and has something done with those that the database can hold at all. */
  async #staged(rows: readonly ImportRow[], act: (...range: Range) => Promise<number>): Promise<Done> {
    const all: Range = [0, rows.length - 1];
    await this.table.clear();
    const staged = await this.#inHalves(rows, all, async (first, last) => {
      await this.table.stage(rows.slice(first, last + 1), first);
      return 0;
    });
    return sum(staged, await this.#inHalves(rows, all, act));
  }

  /** Has something done with the rows from one number to another; when it fails because of a row, with halves of them. */
  async #inHalves(
    rows: readonly ImportRow[],
    [first, last]: Range,
    act: (...range: Range) => Promise<number>,
  ): Promise<Done> {
    if (last < first) return NOTHING;
    try {
      return { count: await act(first, last), rejected: [] };
    } catch (error) {
      const refused = this.table.refusalOf(error);
      if (refused === undefined) throw error;
      const row = rows[first];
      if (first === last && row !== undefined)
        return { ...NOTHING, rejected: [{ ...refused, line: row.line, content: this.#contentOf(row) }] };
      const middle = Math.floor((first + last) / 2);
      return sum(await this.#inHalves(rows, [first, middle], act), await this.#inHalves(rows, [middle + 1, last], act));
    }
  }

  async #noteDown(
    { inserted, updated }: Pick<ImportCounts, 'inserted' | 'updated'>,
    rejected: readonly RejectedRow[],
    rowsRead: number,
  ): Promise<ImportNote> {
    if (rejected.length > 0) await this.table.keepRejections(rejected.map(asKept));
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

/** Rows of a batch that follow each other, all of them to be written or all of them to be deleted. */
interface Stretch {
  readonly deleted: boolean;
  readonly rows: ImportRow[];
}

/** By types and collations the database alone knows which keys are one, so writes and deletions keep their order. */
function stretchesOf(rows: readonly ImportRow[]): readonly Stretch[] {
  const stretches: Stretch[] = [];
  for (const row of rows) {
    const { deleted = false } = row;
    const latest = stretches.at(-1);
    if (latest?.deleted === deleted) latest.rows.push(row);
    else stretches.push({ deleted, rows: [row] });
  }
  return stretches;
}

/** What comes from outside may have signs that a database does not take, and no end. */
function asKept(rejected: RejectedRow): RejectedRow {
  const [reason = '', content = ''] = [rejected.reason, rejected.content].map((text) => clippedText(text, KEPT_BYTES));
  const column = rejected.column === null ? null : clippedText(rejected.column, KEPT_BYTES);
  return { line: rejected.line, column, reason, content };
}

function sum(a: Done, b: Done): Done {
  return { count: a.count + b.count, rejected: [...a.rejected, ...b.rejected] };
}
