import { type Column } from './catalog.js';
import { type BoundSql } from './parameter-values.js';

/** One value of a row as text; null where there is none. */
export type Cell = string | null;

/**
 * A row in the order of the result's columns. Numbers are in decimal digits as the database has them, so nothing is
 * rounded; booleans are `true` and `false`, dates `2026-01-31`, moments ISO 8601 in UTC.
 */
export type Row = readonly Cell[];

/** Rows of one query as of one moment, read in batches. Whoever opens it closes it. */
export interface RowSource {
  /** The names of the result's columns. */
  readonly fields: readonly string[];
  /** What the database's planner expects; it may be far off. Null when it was not asked or does not know. */
  readonly estimatedRows: number | null;
  /** The next batch; empty at the end. A database that is not asked for more sends none. */
  read(): Promise<readonly Row[]>;
  /** Ends the query in the database, also one that runs, and lets go of the connection. */
  close(): Promise<void>;
}

/** A query, and what its columns hold; a database that has no such types needs to be told. */
export interface RowQuery extends BoundSql {
  readonly columns: readonly Pick<Column, 'name' | 'type'>[];
}

/** How rows are read. */
export interface ReadOptions {
  /** Ends the query in the database. */
  readonly signal: AbortSignal;
  /** The most rows of a batch; fewer when they are long. @default 1_000 */
  readonly batchRows?: number;
  /** Asks the planner how many rows there will be. @default false */
  readonly estimate?: boolean;
}

export const DEFAULT_BATCH_ROWS = 1_000;
