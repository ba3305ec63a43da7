import { type BoundSql, type UserDatabase } from '#libs/datasets';
import { type FormatName } from '../formats/file-kinds.js';
import { type FileColumn, type Layout } from '../formats/layout.js';
import { type Packing } from '../formats/packed.js';

/** A file of a dataset's rows, as it is asked of a thread. Plain data. */
export interface DatasetWork {
  readonly database: UserDatabase;
  readonly query: BoundSql;
  readonly format: FormatName;
  /** The places of its columns are found in the result, by their names. */
  readonly layout: Omit<Layout, 'columns'> & { readonly columns: readonly Omit<FileColumn, 'at'>[] };
  readonly packing: Packing | null;
  /** The name of the file within an archive. */
  readonly filename: string;
  /** Rows after these are left out; null: none are. */
  readonly maxRows: number | null;
  /** What the file may hold; more is refused. */
  readonly limits: { readonly rows: number; readonly bytes: number };
}
