import { conditionsOf, type JobFilter } from './job-filter.js';
import { JOB_COLUMNS } from './job-row.js';
import { type TimeCursor } from './time-cursor.js';

const NEWEST_FIRST = 'ORDER BY created_at DESC, id DESC LIMIT $1';

/**
 * The query of a list of jobs, newest first; with `after`, of those behind it. Several statuses are as many lists, each of
 * which is found by an index however rare its status is, and of which the newest are taken.
 */
export function jobListing(
  filter: JobFilter,
  { limit, after }: { readonly limit: number; readonly after: TimeCursor | null },
): { readonly sql: string; readonly values: readonly unknown[] } {
  const { status = [], ...others } = filter;
  const isMerged = status.length > 1;
  const conditions = conditionsOf(isMerged ? others : filter, after);
  const where = ['true', ...conditions.map(({ sql }, index) => sql.replaceAll('?', `$${index + 2}`))].join(' AND ');
  const values = [limit, ...conditions.map(({ value }) => value)];
  if (!isMerged) return { sql: `SELECT ${JOB_COLUMNS} FROM jobs WHERE ${where} ${NEWEST_FIRST}`, values };
  const lists = status.map(
    (_, index) =>
      `(SELECT ${JOB_COLUMNS} FROM jobs WHERE ${where} AND status = $${values.length + 1 + index} ${NEWEST_FIRST})`,
  );
  return {
    sql: `SELECT * FROM (${lists.join(' UNION ALL ')}) AS jobs ${NEWEST_FIRST}`,
    values: [...values, ...status],
  };
}
