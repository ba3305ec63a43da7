import { type Database } from '../ledger/database.js';

/** How often a table has been read from its first row to its last. @param single has one connection, whose own reads are known at once */
export async function walksThrough(single: Database, table: string): Promise<number> {
  await single.query('SELECT pg_stat_force_next_flush()');
  const [row] = await single.query<{ walks: number }>(
    'SELECT seq_scan::float8 AS walks FROM pg_stat_user_tables WHERE relname = $1',
    [table],
  );
  return row?.walks ?? Number.NaN;
}
