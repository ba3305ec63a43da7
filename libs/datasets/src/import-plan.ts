import { type Column, type Dataset } from './catalog.js';
import { type Cell, type Row } from './row-source.js';

/** A row to be written, with the line of the source it comes from. */
export interface ImportRow {
  readonly line: number;
  /** True for one that is to be there no more: of its cells the key alone counts. @default false */
  readonly deleted?: boolean;
  /** In the order of the import's columns, in their stored forms. */
  readonly cells: readonly Cell[];
}

/** A row that was not written. */
export interface RejectedRow {
  readonly line: number;
  /** Null when it is the row as a whole. */
  readonly column: string | null;
  readonly reason: string;
  /** The row as it came. */
  readonly content: string;
}

/** Rows that follow each other in a source: the good ones, and those that cannot be written as they are. */
export interface ImportBatch {
  /** They are written and deleted in this order: of rows whose keys are one to the database the last counts. */
  readonly rows: readonly ImportRow[];
  readonly rejected: readonly RejectedRow[];
  /** What the mark of the plan is to be when these rows are written. @default as it is */
  readonly mark?: string;
}

/** What has become of the rows of a source so far. */
export interface ImportCounts {
  readonly inserted: number;
  readonly updated: number;
  readonly rejected: number;
}

/** Where rows go, and how. */
export interface ImportPlan {
  readonly dataset: Dataset;
  /** Of the dataset, in the order of the cells. */
  readonly columns: readonly Column[];
  readonly mode: 'insert' | 'upsert';
  /** Writes nothing, and says what would become of the rows. */
  readonly dryRun: boolean;
  /** Whose job it is; rows of a dataset with a column for it are its alone. */
  readonly tenant: string;
  /** The resume point is kept under it. */
  readonly jobId: string;
  /** The name of a mark that is kept with the rows, beyond the job: at most 255 characters. @default none is kept */
  readonly mark?: string;
}

/**
 * Rows on their way into a table. A batch and the note of how far the source has been read are one transaction, so a second
 * run of a job goes on where the first has stopped: no row is lost, none is written twice.
 */
export interface BulkImport {
  /** Rows of the source that an earlier run of the job has dealt with. */
  readonly alreadyRead: number;
  readonly counts: ImportCounts;
  /** The mark as it was kept last; null when there is none. */
  readonly mark: string | null;
  /** Writes a batch; rows that the database refuses are rejected one by one. @throws DatabaseTrouble, DatasetRefusal */
  write(batch: ImportBatch): Promise<void>;
  /** Every rejected row: line, column, reason, content; in the order of the lines. */
  rejections(): AsyncIterable<readonly Row[]>;
  close(): Promise<void>;
}
