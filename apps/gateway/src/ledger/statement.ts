import { type QueryConfig } from 'pg';

/**
 * SQL under a name: each connection parses and plans it once. It reads no table, or a plan that was good for a small one would
 * be kept while that grows.
 */
export interface PreparedStatement {
  readonly name: string;
  readonly text: string;
}

export type Statement = string | PreparedStatement;

/** What the driver takes. */
export function queryOf(statement: Statement, values: readonly unknown[]): QueryConfig {
  const query = typeof statement === 'string' ? { text: statement } : statement;
  return { ...query, values: [...values] };
}
