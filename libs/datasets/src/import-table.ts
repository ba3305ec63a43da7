import { type ImportCounts, type ImportRow, type RejectedRow } from './import-plan.js';
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
  /** The mark of a name; null when there is none. */
  readMark(name: string): Promise<string | null>;
  /** Moves a mark. Returns false when it is not where it was: somebody else has moved it. */
  moveMark(name: string, from: string | null, to: string): Promise<boolean>;
  /** Begins a batch of rows that are staged. */
  clear(): Promise<void>;
  /** Takes rows of a batch that follow each other; nothing is written yet. When it fails because of a row, none of them is taken. */
  stage(rows: readonly ImportRow[], firstNumber: number): Promise<void>;
  /**
   * Writes the rows from one number of the batch to another, and gives how many of them were not there. When it fails because of a
   * row, none of them is written and the transaction goes on.
   */
  writeRange(first: number, last: number): Promise<number>;
  /** Deletes what has the keys of the rows from one number of the batch to another, and gives how many rows that were; fails as `writeRange`. */
  deleteRange(first: number, last: number): Promise<number>;
  /** Why a row was refused; undefined when it is no row's fault. */
  refusalOf(error: unknown): Pick<RejectedRow, 'column' | 'reason'> | undefined;
  rejections(): AsyncIterable<readonly Row[]>;
  close(): Promise<void>;
}
