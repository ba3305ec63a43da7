import { type Row } from './row-source.js';

/** What one of several queries gives. */
export interface ReadTable {
  /** The names of the result's columns. */
  readonly fields: readonly string[];
  readonly rows: readonly Row[];
}

/** How several queries are read. */
export interface ReadAllOptions {
  /** Ends the query that runs in the database. */
  readonly signal: AbortSignal;
  /** The most rows of one query. */
  readonly maxRows: number;
}
