import { type QueryConfig } from 'pg';

/**
 * SQL under a name: each connection parses and plans it once. It reads no table, or a plan that was good for a small one would
 * be kept while that grows.
 */
export interface PreparedStatement {
  readonly name: string;
  readonly text: string;
  /**
   * It does read tables, each row by a key or by a range of an index, or a short one whole: its plan is kept by transactions in which
   * there is no other way to a row.
   */
  readonly reads?: 'by key';
}

export type Statement = string | PreparedStatement;

/** What the driver takes. @param byKey whether rows are found by keys alone */
export function queryOf(statement: Statement, values: readonly unknown[], byKey = false): QueryConfig {
  if (typeof statement === 'string') return { text: statement, values: [...values] };
  const { name, text, reads } = statement;
  return reads === undefined || byKey ? { name, text, values: [...values] } : { text, values: [...values] };
}
